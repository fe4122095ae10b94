// Where guests go in the machine's memory, and what the heap gives up for them.
#include <hv/mm/guest_place.hpp>

#include <array>

#include <gtest/gtest.h>

namespace hv::mm {
namespace {

constexpr uint64_t mib = 1024 * 1024;
const std::array<PhysRange, 1> one_bank{{{PhysAddr{0x8000'0000}, 128 * mib}}};
const PhysRange linked_heap{PhysAddr{0x8031'4000}, 100 * mib};

TEST(GuestPlace, IsTheLowestFreeMemoryAboveTheHeap)
{
    const auto place = place_guests(one_bank, {}, linked_heap, 8 * mib);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->guests, (PhysRange{PhysAddr{0x8680'0000}, 8 * mib}));
    EXPECT_EQ(place->heap, linked_heap);
}

TEST(GuestPlace, PassesWhatIsClaimed)
{
    const std::array<Claim, 2> claims{{{Holder::reserved, {PhysAddr{0x86a0'0000}, 1}, "a"},
                                       {Holder::reserved, {PhysAddr{0x8700'0000}, mib}, "b"}}};
    const auto place = place_guests(one_bank, claims, linked_heap, 6 * mib);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->guests.start, PhysAddr{0x8720'0000});
}

TEST(GuestPlace, TakesTheHeapsEndWhereNothingElseIsFree)
{
    const std::array<PhysRange, 1> small{{{PhysAddr{0x8000'0000}, 64 * mib}}};
    const PhysRange heap = PhysRange::between(PhysAddr{0x8031'4000}, PhysAddr{0x83e0'0000});
    const std::array<Claim, 1> claims{{{Holder::device_tree, {PhysAddr{0x83e0'0000}, 5000}, ""}}};
    const auto place = place_guests(small, claims, heap, 8 * mib);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->guests, (PhysRange{PhysAddr{0x8360'0000}, 8 * mib}));
    EXPECT_EQ(place->heap, PhysRange::between(heap.start, PhysAddr{0x8360'0000}));
}

TEST(GuestPlace, LeavesTheHeapItsMinimum)
{
    const std::array<PhysRange, 1> small{{{PhysAddr{0x8000'0000}, 16 * mib}}};
    const PhysRange heap = PhysRange::between(PhysAddr{0x8031'4000}, PhysAddr{0x8100'0000});
    EXPECT_TRUE(place_guests(small, {}, heap, 8 * mib));
    EXPECT_FALSE(place_guests(small, {}, heap, 10 * mib));
    EXPECT_FALSE(place_guests(small, {}, heap, 1ULL << 60));
}

}  // namespace
}  // namespace hv::mm

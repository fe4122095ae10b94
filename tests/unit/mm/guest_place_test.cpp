// Where guests go in the machine's memory, and what the heap gives up for them.
#include <hv/mm/guest_place.hpp>

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hv::mm {
namespace {

using testing::ElementsAre;

constexpr uint64_t mib = 1024 * 1024;
const std::array<PhysRange, 1> one_bank{{{PhysAddr{0x8000'0000}, 128 * mib}}};
const PhysRange linked_heap{PhysAddr{0x8031'4000}, 100 * mib};

PhysRange block(uint64_t start, uint64_t mebibytes)
{
    return {PhysAddr{start}, mebibytes * mib};
}

/// Where these bytes of the place lie.
std::vector<PhysRange> blocks_of(GuestPlace place, uint64_t mebibytes)
{
    std::vector<PhysRange> blocks;
    for (uint64_t missing = mebibytes * mib; missing != 0; missing -= blocks.back().size) {
        blocks.push_back(place.take(missing));
        if (blocks.back().empty()) {
            break;
        }
    }
    return blocks;
}

TEST(GuestPlace, IsTheLowestFreeMemoryAboveTheHeap)
{
    const auto place = place_guests(one_bank, {}, linked_heap, 8 * mib);
    ASSERT_TRUE(place);
    EXPECT_THAT(blocks_of(*place, 8), ElementsAre(block(0x8680'0000, 8)));
    EXPECT_EQ(place->heap, linked_heap);
}

TEST(GuestPlace, PassesWhatIsClaimed)
{
    const std::array<Claim, 2> claims{{{Holder::reserved, {PhysAddr{0x8700'0000}, mib}, "b"},
                                       {Holder::reserved, {PhysAddr{0x86a0'0000}, 1}, "a"}}};
    const auto place = place_guests(one_bank, claims, linked_heap, 6 * mib);
    ASSERT_TRUE(place);
    EXPECT_THAT(blocks_of(*place, 6), ElementsAre(block(0x8720'0000, 6)));
}

TEST(GuestPlace, EndsBeforeAClaimUpToTheLastAddressOrNearIt)
{
    constexpr uint64_t start = 0x8700'0000;
    for (const uint64_t over : std::array<uint64_t, 3>{0, 1, 4096}) {
        const std::array<Claim, 1> claims{{{Holder::reserved, {PhysAddr{start}, 0 - start - over}, "all"}}};
        EXPECT_EQ(room_for_guests(one_bank, claims, {linked_heap.start, 4 * mib}), block(0, 108 - 4).size) << over;
    }
}

TEST(GuestPlace, IsSeveralBlocksWhereNoneHoldsEverything)
{
    const std::array<PhysRange, 1> bank{{{PhysAddr{0x8000'0000}, 448 * mib}}};
    const std::array<Claim, 2> claims{
        {{Holder::initrd, block(0x8e20'0000, 32), ""}, {Holder::device_tree, {PhysAddr{0x9be0'0000}, 8000}, ""}}};
    const auto place = place_guests(bank, claims, linked_heap, 256 * mib);
    ASSERT_TRUE(place);
    EXPECT_THAT(blocks_of(*place, 256), ElementsAre(block(0x8680'0000, 122), block(0x9020'0000, 134)));
    EXPECT_EQ(place->heap, linked_heap);
}

TEST(GuestPlace, TakesTheHeapsEndWhereNothingElseIsFree)
{
    const std::array<PhysRange, 1> small{{{PhysAddr{0x8000'0000}, 64 * mib}}};
    const PhysRange heap = PhysRange::between(PhysAddr{0x8031'4000}, PhysAddr{0x83e0'0000});
    const std::array<Claim, 1> claims{{{Holder::device_tree, {PhysAddr{0x83e0'0000}, 5000}, ""}}};
    const auto place = place_guests(small, claims, heap, 8 * mib);
    ASSERT_TRUE(place);
    EXPECT_THAT(blocks_of(*place, 8), ElementsAre(block(0x8360'0000, 8)));
    EXPECT_EQ(place->heap, PhysRange::between(heap.start, PhysAddr{0x8360'0000}));
}

TEST(GuestPlace, TakesOfTheHeapOnlyWhatIsMissing)
{
    const auto place = place_guests(one_bank, {}, linked_heap, 80 * mib);
    ASSERT_TRUE(place);
    EXPECT_THAT(blocks_of(*place, 80), ElementsAre(block(0x8680'0000, 24), block(0x82e0'0000, 56)));
    EXPECT_EQ(place->heap.end(), PhysAddr{0x82e0'0000});
}

TEST(GuestPlace, LeavesTheHeapItsMinimum)
{
    const std::array<PhysRange, 1> small{{{PhysAddr{0x8000'0000}, 16 * mib}}};
    const PhysRange heap = PhysRange::between(PhysAddr{0x8031'4000}, PhysAddr{0x8100'0000});
    EXPECT_TRUE(place_guests(small, {}, heap, 8 * mib));
    EXPECT_FALSE(place_guests(small, {}, heap, 10 * mib));
    EXPECT_FALSE(place_guests(small, {}, heap, 1ULL << 60));
}

TEST(GuestPlace, IsWholeLargePagesWhateverIsAskedFor)
{
    const auto place = place_guests(one_bank, {}, linked_heap, 4096);
    ASSERT_TRUE(place);
    EXPECT_THAT(blocks_of(*place, 2), ElementsAre(block(0x8680'0000, 2)));
}

TEST(GuestPlace, GivesOutItsBlocksInPieces)
{
    const std::array<PhysRange, 2> banks{{block(0x8680'0000, 4), block(0x9000'0000, 8)}};
    auto place = place_guests(banks, {}, {PhysAddr{0x8031'4000}, mib}, 12 * mib);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->take(2 * mib), block(0x8680'0000, 2));
    EXPECT_EQ(place->take(6 * mib), block(0x8680'0000 + 2 * mib, 2));
    EXPECT_EQ(place->take(4 * mib), block(0x9000'0000, 4));
    EXPECT_EQ(place->take(64 * mib), block(0x9040'0000, 4));
    EXPECT_TRUE(place->take(mib).empty());
}

TEST(GuestPlace, IsOfAnyNumberOfBlocks)
{
    const std::array<PhysRange, 1> bank{{block(0x8000'0000, 512)}};
    std::vector<Claim> claims;
    std::vector<PhysRange> between;
    for (uint64_t at = 0x9000'0000; at != 0x9400'0000; at += 4 * mib) {
        claims.push_back({Holder::guest, block(at, 2), "a"});
        between.push_back(block(at + 2 * mib, 2));
    }
    claims.push_back({Holder::guest, block(0x9400'0000, 192), "rest"});
    between.insert(between.begin(), block(0x8680'0000, 152));
    const auto place = place_guests(bank, claims, linked_heap, 184 * mib);
    ASSERT_TRUE(place);
    EXPECT_EQ(blocks_of(*place, 184), between);
    EXPECT_EQ(place->heap, linked_heap);
    const uint64_t room = room_for_guests(bank, claims, linked_heap);
    EXPECT_EQ(room, (184 + 94) * mib);
    EXPECT_TRUE(place_guests(bank, claims, linked_heap, room));
    EXPECT_FALSE(place_guests(bank, claims, linked_heap, room + 1));
}

TEST(GuestPlace, RoomIsTheMostThatIsFound)
{
    const std::array<Claim, 1> claims{{{Holder::reserved, {PhysAddr{0x86a0'0000}, 1}, "a"}}};
    const std::array<PhysRange, 1> small{{{PhysAddr{0x8000'0000}, 6 * mib}}};
    const uint64_t room = room_for_guests(one_bank, claims, linked_heap);
    EXPECT_TRUE(place_guests(one_bank, claims, linked_heap, room));
    EXPECT_FALSE(place_guests(one_bank, claims, linked_heap, room + 1));
    EXPECT_EQ(room_for_guests(small, {}, {PhysAddr{0x8031'4000}, 2 * mib}), 0U);
}

}  // namespace
}  // namespace hv::mm

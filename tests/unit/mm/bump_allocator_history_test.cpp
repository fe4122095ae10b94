// What other bump allocators got wrong, one test for each: this one does not.
#include <hv/mm/bump_allocator.hpp>

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv::mm {
namespace {

using test::panic_of;
using testing::StartsWith;

constexpr uint64_t top = UINT64_MAX;
constexpr uint64_t gib = uint64_t{1} << 30;

uint64_t address_of(const void* block)
{
    return reinterpret_cast<uint64_t>(block);
}

/// A heap at addresses that no memory backs.
struct HeapAt {
    HeapAt(uint64_t start, uint64_t end)
    {
        heap.init(VirtAddr{start}, VirtAddr{end}, BumpAllocator::Fresh::as_found);
    }
    BumpAllocator heap;

    [[nodiscard]] uint64_t used() const { return heap.statistics().used; }
};

TEST(AllocatorHistory, ASecondInitDoesNotRewind)
{
    HeapAt at{0x80500000, 0x80600000};
    const void* const first = at.heap.allocate(64);
    EXPECT_THAT(panic_of([&] { at.heap.init(VirtAddr{0x80500000}, VirtAddr{0x80600000}); }),
                StartsWith("allocator already initialized"));
    EXPECT_EQ(address_of(at.heap.allocate(64)), address_of(first) + 64);
}

TEST(AllocatorHistory, RoundingUpDoesNotOverflowAtTheTopOfTheAddressSpace)
{
    for (uint64_t align = 2; align <= gib; align *= 2) {
        HeapAt at{top - 100, top};
        static_cast<void>(at.heap.allocate(100, 1));
        EXPECT_EQ(at.heap.try_allocate(1, align), nullptr) << align;
        EXPECT_EQ(at.heap.try_allocate(0, align), nullptr) << align;
        EXPECT_EQ(at.used(), 100U);
    }
}

TEST(AllocatorHistory, AHeapAtTheVeryTopGivesOutItsLastByte)
{
    HeapAt at{top - 16, top};
    EXPECT_EQ(address_of(at.heap.allocate(15, 1)), top - 16);
    EXPECT_EQ(address_of(at.heap.allocate(1, 1)), top - 1);
    EXPECT_EQ(at.heap.try_allocate(1, 1), nullptr);
}

TEST(AllocatorHistory, ARequestOfZeroBytesIsNotTheNextRequestsBlockToo)
{
    HeapAt at{0x80500000, 0x80600000};
    std::set<uint64_t> seen;
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(seen.insert(address_of(at.heap.allocate(0))).second);
        EXPECT_TRUE(seen.insert(address_of(at.heap.try_allocate(0, 1))).second);
        EXPECT_TRUE(seen.insert(address_of(at.heap.allocate(8))).second);
    }
}

TEST(AllocatorHistory, ALargeAlignmentIsHonouredAndStaysInside)
{
    HeapAt at{0x80500000, 0x80500000 + 3 * gib};
    for (uint64_t align = 1; align <= gib; align *= 2) {
        const uint64_t block = address_of(at.heap.allocate(3, align));
        EXPECT_EQ(block % align, 0U);
        EXPECT_LE(block + 3, 0x80500000 + at.used());
    }
}

TEST(AllocatorHistory, AnAlignmentAbove16IsNotTakenFor16)
{
    HeapAt at{0x80500010, 0x80600000};
    EXPECT_EQ(address_of(at.heap.allocate(1, 32)), 0x80500020U);
    EXPECT_EQ(address_of(at.heap.try_allocate(1, 64)), 0x80500040U);
}

TEST(AllocatorHistory, ABaseThatIsItselfHighlyAlignedLosesNothing)
{
    HeapAt at{gib, 2 * gib};
    EXPECT_EQ(address_of(at.heap.allocate(8, gib)), gib);
    EXPECT_EQ(at.used(), 8U);
}

TEST(AllocatorHistory, ABaseThatIsNotAlignedAtAllIsSkippedFromNotRoundedDown)
{
    HeapAt at{0x80500001, 0x80500030};
    EXPECT_EQ(address_of(at.heap.allocate(16)), 0x80500010U);
    EXPECT_EQ(address_of(at.heap.allocate(16)), 0x80500020U);
    EXPECT_EQ(at.heap.try_allocate(1, 1), nullptr);
}

TEST(AllocatorHistory, AFailedRequestDoesNotMoveTheCursorSoASmallerOneFollowsOn)
{
    HeapAt at{0x80500000, 0x80501000};
    static_cast<void>(at.heap.allocate(100, 1));
    EXPECT_EQ(at.heap.try_allocate(4096), nullptr);
    EXPECT_EQ(at.heap.try_allocate(1, 4096), nullptr);
    EXPECT_EQ(at.heap.try_allocate_pages(1), nullptr);
    EXPECT_EQ(at.heap.try_allocate_zeroed(SIZE_MAX), nullptr);
    EXPECT_THAT(panic_of([&] { static_cast<void>(at.heap.allocate(4096)); }), StartsWith("out of memory"));
    EXPECT_EQ(at.used(), 100U);
    EXPECT_EQ(address_of(at.heap.allocate(1, 1)), 0x80500000U + 100);
}

TEST(AllocatorHistory, StatisticsCountTheBytesAskedForAndNoOthers)
{
    HeapAt at{0x80500000, 0x80600000};
    static_cast<void>(at.heap.allocate(1));
    EXPECT_EQ(at.used(), 1U);
    static_cast<void>(at.heap.allocate(1, 1));
    EXPECT_EQ(at.used(), 2U);
}

TEST(AllocatorHistory, ABlockThatIsNotTheLastDoesNotGrowIntoTheNext)
{
    HeapAt at{0x80500000, 0x80600000};
    void* const first = at.heap.allocate(16);
    void* const second = at.heap.allocate(16);
    EXPECT_FALSE(at.heap.try_grow(first, 16, 17));
    EXPECT_EQ(at.used(), 32U);
    EXPECT_TRUE(at.heap.try_grow(second, 16, 17));
}

TEST(AllocatorHistory, AddressesAbove56BitsAreOrdinary)
{
    HeapAt at{(uint64_t{1} << 56) - 8, (uint64_t{1} << 56) + 4096};
    EXPECT_EQ(address_of(at.heap.allocate(8, 8)), (uint64_t{1} << 56) - 8);
    EXPECT_EQ(address_of(at.heap.allocate(8, 4096)), uint64_t{1} << 56);
    HeapAt across{(uint64_t{1} << 63) - 16, (uint64_t{1} << 63) + 16};
    EXPECT_EQ(address_of(across.heap.allocate(32)), (uint64_t{1} << 63) - 16);
    EXPECT_EQ(across.heap.try_allocate(1, 1), nullptr);
}

TEST(AllocatorHistory, TheSizeOfAnArrayThatOverflowsIsOutOfMemoryAndMovesNothing)
{
    // The compiler passes SIZE_MAX for `new int[n]` where n * sizeof(int) overflows.
    for (const uint64_t start : {uint64_t{16}, uint64_t{0x80500000}, top - 4096}) {
        HeapAt at{start, start + 4096};
        static_cast<void>(at.heap.allocate(40, 1));
        for (const size_t size : {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX - 39,
                                  SIZE_MAX - 40, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 2, size_t{4097}}) {
            for (const size_t align : {size_t{1}, size_t{16}, size_t{4096}, size_t{1} << 30}) {
                EXPECT_EQ(at.heap.try_allocate(size, align), nullptr) << size << " aligned to " << align;
                EXPECT_EQ(at.used(), 40U);
            }
            EXPECT_THAT(panic_of([&] { static_cast<void>(at.heap.allocate(size)); }), StartsWith("out of memory"));
        }
        EXPECT_EQ(address_of(at.heap.allocate(1, 1)), start + 40);
    }
}

TEST(AllocatorHistory, ANumberOfPagesWhoseSizeOverflowsIsOutOfMemory)
{
    HeapAt at{0x80500000, 0x80600000};
    for (const size_t count : {SIZE_MAX / 4096 + 1, SIZE_MAX / 4096 + 2, SIZE_MAX / 4096, SIZE_MAX, size_t{257}}) {
        EXPECT_EQ(at.heap.try_allocate_pages(count), nullptr);
        EXPECT_THAT(panic_of([&] { static_cast<void>(at.heap.allocate_pages(count)); }),
                    StartsWith("out of memory"));
    }
    EXPECT_EQ(at.used(), 0U);
}

TEST(AllocatorHistory, NoTwoRequestsGetTheSamePointer)
{
    HeapAt at{0x80500000, 0x80600000};
    std::set<uint64_t> seen;
    for (size_t size = 0; size < 200; ++size) {
        EXPECT_TRUE(seen.insert(address_of(at.heap.allocate(size))).second);
    }
}

TEST(AllocatorHistory, AlignmentZeroAndShiftsAbove63AreABadAlignmentAndNotAnEndlessLoop)
{
    HeapAt at{0x80500000, 0x80600000};
    EXPECT_THAT(panic_of([&] { static_cast<void>(at.heap.allocate(8, 0)); }), StartsWith("bad alignment: 0"));
    EXPECT_THAT(panic_of([&] { static_cast<void>(at.heap.allocate(8, size_t{1} << 63)); }),
                StartsWith("bad align"));
}

TEST(AllocatorHistory, AnAlignmentAboveOneGibIsRefusedEvenWhereItWouldFit)
{
    HeapAt at{0x80500000, 0x80500000 + (uint64_t{1} << 40)};
    EXPECT_NE(at.heap.allocate(8, gib), nullptr);
    EXPECT_THAT(panic_of([&] { static_cast<void>(at.heap.allocate(8, 2 * gib)); }), StartsWith("bad alignment"));
}

TEST(AllocatorHistory, TheSizeIsPartOfTheBound)
{
    HeapAt at{0x80500000, 0x80500020};
    EXPECT_EQ(at.heap.try_allocate(33, 1), nullptr);
    EXPECT_NE(at.heap.try_allocate(16, 16), nullptr);
    EXPECT_EQ(at.heap.try_allocate(17, 16), nullptr);
    EXPECT_NE(at.heap.try_allocate(16, 16), nullptr);
}

TEST(AllocatorHistory, ANullPointerIsNotABlock)
{
    HeapAt at{0, 64};
    EXPECT_EQ(address_of(at.heap.allocate(1, 1)), 1U);
    HeapAt aligned{0, 64};
    EXPECT_EQ(address_of(aligned.heap.allocate(1)), 16U);
}

}  // namespace
}  // namespace hv::mm

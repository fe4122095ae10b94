// The allocator's contract, on real memory and at made-up addresses.
#include <hv/mm/bump_allocator.hpp>
#include <hv/mm/purpose_scope.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv::mm {
namespace {

using test::panic_of;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::array every_bad_alignment{
    size_t{0},       size_t{3},          size_t{24}, (size_t{1} << 30) + 1, size_t{1} << 31,      size_t{3} << 30,
    size_t{1} << 63, ~(size_t{1} << 63), SIZE_MAX,   size_t{0} - 4096,      (size_t{1} << 30) * 6};

uint64_t address_of(const void* block)
{
    return reinterpret_cast<uint64_t>(block);
}

/// A heap of 64 KiB of real memory, full of junk, as RAM is.
class Allocator : public testing::Test {
protected:
    static constexpr size_t capacity = 65536;
    static constexpr size_t arena_align = 4096;

    Allocator() { std::memset(arena_.get(), 0x5a, capacity); }

    void init() { heap_.init(VirtAddr{address_of(arena_.get())}, VirtAddr{address_of(arena_.get()) + capacity}); }

    /// Every request there is, at sizes that this heap could serve.
    template <typename Check>
    void for_every_form(Check&& check)
    {
        check([&] { static_cast<void>(heap_.allocate(8)); });
        check([&] { static_cast<void>(heap_.allocate(8, 64)); });
        check([&] { static_cast<void>(heap_.allocate(0)); });
        check([&] { static_cast<void>(heap_.try_allocate(8)); });
        check([&] { static_cast<void>(heap_.try_allocate(8, 64)); });
        check([&] { static_cast<void>(heap_.try_allocate(0)); });
        check([&] { static_cast<void>(heap_.allocate_zeroed(8)); });
        check([&] { static_cast<void>(heap_.try_allocate_zeroed(8)); });
        check([&] { static_cast<void>(heap_.allocate_pages(1)); });
        check([&] { static_cast<void>(heap_.try_allocate_pages(1)); });
        check([&] { static_cast<void>(heap_.try_grow(arena_.get(), 8, 9)); });
    }

    struct Free {
        void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{arena_align}); }
    };
    std::unique_ptr<std::byte, Free> arena_{
        static_cast<std::byte*>(::operator new (capacity, std::align_val_t{arena_align}))};
    BumpAllocator heap_;
};

TEST_F(Allocator, GivesOutTheRangeFromTheBottomUpwards)
{
    init();
    EXPECT_EQ(heap_.allocate(24), arena_.get());
    EXPECT_EQ(heap_.allocate(1), arena_.get() + 32);
    EXPECT_EQ(heap_.allocate(3, 1), arena_.get() + 33);
    EXPECT_EQ(heap_.allocate(8, 8), arena_.get() + 40);
}

TEST_F(Allocator, AlignsTo16BytesUnlessToldOtherwise)
{
    init();
    for (size_t size = 1; size < 70; ++size) {
        EXPECT_EQ(address_of(heap_.allocate(size)) % 16, 0U);
        EXPECT_EQ(address_of(heap_.try_allocate(size)) % 16, 0U);
    }
}

TEST_F(Allocator, GivesOutTheLastByteAndNotOneMore)
{
    init();
    ASSERT_NE(heap_.allocate(capacity - 1, 1), nullptr);
    EXPECT_EQ(heap_.try_allocate(2, 1), nullptr);
    EXPECT_EQ(heap_.allocate(1, 1), arena_.get() + capacity - 1);
    EXPECT_EQ(heap_.try_allocate(1, 1), nullptr);
    EXPECT_EQ(heap_.try_allocate(0, 1), nullptr);
}

TEST_F(Allocator, RefusesEveryRequestBeforeItHasMemory)
{
    for_every_form([](auto request) { EXPECT_THAT(panic_of(request), StartsWith("allocator not initialized")); });
    EXPECT_THAT(panic_of([&] { heap_.seal(); }), StartsWith("allocator not initialized"));
    EXPECT_EQ(heap_.statistics(), HeapStatistics{});
    EXPECT_TRUE(heap_.unused().empty());
    init();
    EXPECT_EQ(heap_.allocate(1), arena_.get());
}

TEST_F(Allocator, RefusesEveryRequestAfterItIsSealedAndKeepsItsCount)
{
    init();
    ASSERT_NE(heap_.allocate(100), nullptr);
    const HeapStatistics before = heap_.statistics();
    const VirtRange unused = heap_.unused();
    heap_.seal();
    for_every_form([](auto request) { EXPECT_THAT(panic_of(request), StartsWith("allocation after seal")); });
    EXPECT_EQ(heap_.statistics(), before);
    EXPECT_EQ(heap_.unused(), unused);
    heap_.seal();
    EXPECT_EQ(heap_.statistics(), before);
    EXPECT_THAT(panic_of([&] { init(); }), StartsWith("allocator already initialized"));
    EXPECT_THAT(panic_of([&] { static_cast<void>(heap_.allocate(1)); }), StartsWith("allocation after seal"));
}

TEST_F(Allocator, TakesInterruptsBackToWhatTheyWereHoweverARequestEnds)
{
    init();
    for (const uint64_t enabled : {uint64_t{2}, uint64_t{0}}) {
        seam::interrupts_enabled = enabled;
        static_cast<void>(heap_.allocate(1));
        static_cast<void>(heap_.allocate(0));
        static_cast<void>(heap_.try_allocate(SIZE_MAX));
        static_cast<void>(panic_of([&] { static_cast<void>(heap_.allocate(SIZE_MAX)); }));
        static_cast<void>(panic_of([&] { static_cast<void>(heap_.allocate(1, 3)); }));
        static_cast<void>(panic_of([&] { init(); }));
        EXPECT_EQ(seam::interrupts_enabled, enabled);
    }
    seam::interrupts_enabled = 2;
}

TEST_F(Allocator, SaysWhatWasAskedAndWhatIsLeftWhenItRunsOut)
{
    init();
    ASSERT_NE(heap_.allocate(capacity - 100), nullptr);
    EXPECT_THAT(panic_of([&] { static_cast<void>(heap_.allocate(4000, 64)); }),
                AllOf(StartsWith("out of memory: 4000 bytes aligned to 64 asked for by 0x"),
                      HasSubstr("100 bytes free, 65436 used")));
}

TEST_F(Allocator, PanicsOverABadAlignmentInEveryForm)
{
    init();
    for (const size_t align : every_bad_alignment) {
        EXPECT_THAT(panic_of([&] { static_cast<void>(heap_.allocate(8, align)); }), StartsWith("bad alignment"));
        EXPECT_THAT(panic_of([&] { static_cast<void>(heap_.try_allocate(8, align)); }),
                    StartsWith("bad alignment"));
        EXPECT_THAT(panic_of([&] { static_cast<void>(heap_.allocate_zeroed(8, align)); }),
                    StartsWith("bad alignment"));
    }
    EXPECT_EQ(heap_.statistics().used, 0U);
}

TEST_F(Allocator, ZeroesWhatItPromisesToZeroThoughRamHoldsJunk)
{
    init();
    const auto zeroed = std::span{static_cast<const std::byte*>(heap_.allocate_zeroed(333, 8)), 333};
    EXPECT_THAT(zeroed, Each(std::byte{0}));
    const auto also = std::span{static_cast<const std::byte*>(heap_.try_allocate_zeroed(1000)), 1000};
    EXPECT_THAT(also, Each(std::byte{0}));
    EXPECT_EQ(arena_.get()[capacity - 1], std::byte{0x5a});
}

TEST_F(Allocator, GivesWholeZeroedPages)
{
    init();
    static_cast<void>(heap_.allocate(1));
    void* const pages = heap_.allocate_pages(2);
    EXPECT_EQ(pages, arena_.get() + 4096);
    EXPECT_THAT((std::span{static_cast<const std::byte*>(pages), 8192}), Each(std::byte{0}));
    EXPECT_EQ(heap_.try_allocate_pages(1), arena_.get() + 3 * 4096);
    EXPECT_EQ(heap_.try_allocate_pages(13), nullptr);
    EXPECT_NE(heap_.try_allocate_pages(12), nullptr);
}

TEST_F(Allocator, PoisonsFreshMemoryInDebugBuildsAndOnlyThere)
{
    init();
    const std::byte expected = HV_DEBUG != 0 ? BumpAllocator::poison : std::byte{0x5a};
    const std::span block{static_cast<const std::byte*>(heap_.allocate(100)), 100};
    EXPECT_THAT(block, Each(expected));
    ASSERT_TRUE(heap_.try_grow(arena_.get(), 100, 150));
    EXPECT_THAT((std::span{block.data(), 150}), Each(expected));
    EXPECT_EQ(arena_.get()[150], std::byte{0x5a});
}

TEST_F(Allocator, KeepsWhatABlockHoldsWhenItGrows)
{
    init();
    auto* const block = static_cast<std::byte*>(heap_.allocate(10));
    std::fill_n(block, 10, std::byte{7});
    ASSERT_TRUE(heap_.try_grow(block, 10, 1000));
    EXPECT_THAT((std::span{block, 10}), Each(std::byte{7}));
    EXPECT_EQ(heap_.allocate(1, 1), block + 1000);
}

TEST_F(Allocator, GrowsTheLastBlockUpToTheLastByte)
{
    init();
    void* const block = heap_.allocate(10);
    EXPECT_FALSE(heap_.try_grow(block, 10, capacity + 1));
    EXPECT_TRUE(heap_.try_grow(block, 10, capacity));
    EXPECT_FALSE(heap_.try_grow(block, capacity, capacity + 1));
    EXPECT_FALSE(heap_.try_grow(block, capacity, SIZE_MAX));
    EXPECT_EQ(heap_.statistics().free, 0U);
}

TEST_F(Allocator, GrowsABlockOfSizeZeroAsOneOfSizeOne)
{
    init();
    void* const block = heap_.allocate(0);
    EXPECT_TRUE(heap_.try_grow(block, 0, 1));
    EXPECT_EQ(heap_.statistics().used, 1U);
    EXPECT_TRUE(heap_.try_grow(block, 0, 24));
    EXPECT_EQ(heap_.statistics().used, 24U);
}

TEST_F(Allocator, DoesNotGrowANullPointerNorWhatIsNotItsOwn)
{
    init();
    EXPECT_FALSE(heap_.try_grow(nullptr, 0, 16));
    EXPECT_FALSE(heap_.try_grow(arena_.get(), 0, 16));
    static_cast<void>(heap_.allocate(32));
    EXPECT_FALSE(heap_.try_grow(arena_.get() + 32, 0, 16));
    EXPECT_FALSE(heap_.try_grow(arena_.get() - 32, 64, 80));
    EXPECT_FALSE(heap_.try_grow(arena_.get(), 31, 80));
    EXPECT_FALSE(heap_.try_grow(arena_.get(), 33, 80));
    EXPECT_EQ(heap_.statistics().used, 32U);
}

TEST_F(Allocator, GivesNothingBackWhenABlockShrinks)
{
    init();
    void* const block = heap_.allocate(100);
    EXPECT_TRUE(heap_.try_grow(block, 100, 50));
    EXPECT_EQ(heap_.statistics().used, 100U);
}

TEST_F(Allocator, ChargesEachPurposeWithWhatItTook)
{
    init();
    static_cast<void>(heap_.allocate(10, 1));
    {
        const PurposeScope tables{heap_, HeapPurpose::page_tables};
        static_cast<void>(heap_.allocate(20, 1));
        {
            const PurposeScope harts{heap_, HeapPurpose::harts};
            static_cast<void>(heap_.allocate(40, 1));
            EXPECT_EQ(heap_.statistics().used_for(HeapPurpose::harts), 40U);
        }
        static_cast<void>(heap_.allocate(80, 1));
    }
    static_cast<void>(heap_.allocate(160, 1));
    heap_.seal();
    const HeapStatistics statistics = heap_.statistics();
    EXPECT_EQ(statistics.used_for(HeapPurpose::other), 170U);
    EXPECT_EQ(statistics.used_for(HeapPurpose::page_tables), 100U);
    EXPECT_EQ(statistics.used_for(HeapPurpose::harts), 40U);
    EXPECT_EQ(statistics.used, 310U);
    EXPECT_EQ(statistics.used + statistics.free, capacity);
}

TEST_F(Allocator, NamesEveryPurpose)
{
    EXPECT_EQ(name_of(HeapPurpose::other), "other");
    EXPECT_EQ(name_of(HeapPurpose::page_tables), "page tables");
    for (size_t i = 0; i < heap_purpose_count; ++i) {
        EXPECT_NE(name_of(static_cast<HeapPurpose>(i)), "?");
    }
    EXPECT_EQ(name_of(static_cast<HeapPurpose>(heap_purpose_count)), "?") << "heap_purpose_count is too small";
}

TEST_F(Allocator, RefusesARangeThatIsEmptyReversedOrTooLongToCountAndIsThenStillFresh)
{
    const uint64_t p = address_of(arena_.get());
    const std::array<std::array<uint64_t, 2>, 6> bad{
        {{p, p}, {p + 16, p}, {0, 0}, {0, 1}, {1, (uint64_t{1} << 63) + 1}, {p, 0}}};
    for (const auto& [start, end] : bad) {
        EXPECT_THAT(panic_of([&, s = start, e = end] { heap_.init(VirtAddr{s}, VirtAddr{e}); }),
                    StartsWith("bad heap range"));
    }
    init();
    EXPECT_EQ(heap_.allocate(1), arena_.get());
}

TEST_F(Allocator, IsAllZeroWhenFreshSoThatItCanLieInBss)
{
    static constinit BumpAllocator fresh;
    const auto* const bytes = reinterpret_cast<const std::byte*>(&fresh);
    EXPECT_THAT((std::span{bytes, sizeof fresh}), Each(std::byte{0}));
}

}  // namespace
}  // namespace hv::mm

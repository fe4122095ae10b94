// What Vector promises one by one: checks, growth, failure, and what it asks of the heap.
#include <hv/lib/vector.hpp>

#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "host_heap.hpp"
#include "panic_error.hpp"
#include "vector_elements.hpp"

namespace hv {

namespace test {

/// Not trivially copyable, but says that its bytes may be moved; counts the moves it did itself.
struct Relocatable {
    int value = 0;
    static inline int moves = 0;
    static inline int destroyed = 0;
    explicit Relocatable(int v) : value{v} {}
    Relocatable(Relocatable&& other) noexcept : value{other.value} { ++moves; }
    Relocatable& operator=(Relocatable&&) = delete;
    ~Relocatable() { ++destroyed; }
};

struct Aggregate {
    int number;
    char letter;
};

/// A node may hold a vector of nodes.
struct Tree {
    int value = 0;
    Vector<Tree> children{};
};

}  // namespace test

template <>
inline constexpr bool is_bulk_copyable<test::Relocatable> = true;

namespace {

using test::heap_script;
using test::panic_of;

static_assert(!std::is_copy_constructible_v<Vector<int>> && !std::is_copy_assignable_v<Vector<int>>);
static_assert(std::is_nothrow_move_constructible_v<Vector<int>> && std::is_nothrow_move_assignable_v<Vector<int>>);
static_assert(sizeof(Vector<int>) == 3 * sizeof(void*));
static_assert(is_bulk_copyable<Vector<std::string>> && !is_bulk_copyable<std::string>);

class VectorTest : public testing::Test {
protected:
    VectorTest() { test::reset_heap(); }
    ~VectorTest() override { test::reset_heap(); }
};

Vector<int> counting(int count)
{
    Vector<int> v;
    for (int i = 0; i < count; ++i) {
        v.push_back(i);
    }
    return v;
}

TEST_F(VectorTest, AllocatesNothingWhileItIsEmpty)
{
    Vector<int> v;
    v.reserve(0);
    v.resize(0);
    v.clear();
    Vector<int> other{std::move(v)};
    EXPECT_TRUE(other.empty());
    EXPECT_EQ(other.capacity(), 0U);
    EXPECT_EQ(other.begin(), other.end());
    EXPECT_TRUE(other.span().empty());
    EXPECT_TRUE(heap_script().allocations.empty());
}

TEST_F(VectorTest, KeepsOrder)
{
    const Vector<int> v = counting(1000);
    int expected = 0;
    for (const int value : v) {
        EXPECT_EQ(value, expected++);
    }
    EXPECT_EQ(expected, 1000);
    EXPECT_EQ(std::accumulate(v.begin(), v.end(), 0), 499500);
    EXPECT_EQ(v.front(), 0);
    EXPECT_EQ(v.back(), 999);
    EXPECT_EQ(v.span().data(), v.data());
    EXPECT_EQ(v.span().size(), v.size());
}

TEST_F(VectorTest, PanicsOutsideItsBoundsWithIndexAndSize)
{
    Vector<int> v = counting(3);
    const Vector<int>& constant = v;
    EXPECT_EQ(v[2], 2);
    EXPECT_EQ(panic_of([&] { (void)v[3]; }), "index 3 of a vector or array of size 3");
    EXPECT_EQ(panic_of([&] { (void)constant[SIZE_MAX]; }),
              "index 18446744073709551615 of a vector or array of size 3");
}

TEST_F(VectorTest, PanicsWhenAnEmptyOneIsAskedForAnElement)
{
    Vector<int> v;
    const std::string empty = "an empty vector or array has no first and no last element";
    EXPECT_EQ(panic_of([&] { (void)v.front(); }), empty);
    EXPECT_EQ(panic_of([&] { (void)v.back(); }), empty);
    EXPECT_EQ(panic_of([&] { v.pop_back(); }), empty);
    EXPECT_NE(panic_of([&] { (void)v[0]; }), "no panic");
    EXPECT_NE(panic_of([&] { v.erase(v.begin()); }), "no panic");
}

TEST_F(VectorTest, CopiesItsOwnElementWhileGrowing)
{
    for (const size_t room : {size_t{0}, size_t{1} << 16}) {
        test::reset_heap();
        heap_script().room_behind_blocks = room;
        Vector<std::string> strings;
        Vector<uint64_t> numbers;
        strings.push_back("a string that is too long for the small buffer");
        numbers.push_back(0x0123456789abcdef);
        for (int i = 0; i < 300; ++i) {
            strings.push_back(strings[0]);
            numbers.push_back(numbers[0]);
        }
        for (size_t i = 0; i < strings.size(); ++i) {
            ASSERT_EQ(strings[i], strings[0]);
            ASSERT_EQ(numbers[i], 0x0123456789abcdefU);
        }
    }
}

TEST_F(VectorTest, MovesItsOwnElementWhileGrowing)
{
    Vector<std::string> v;
    v.push_back("a string that is too long for the small buffer");
    while (v.size() < v.capacity()) {
        v.push_back("filler");
    }
    v.push_back(std::move(v[0]));
    EXPECT_EQ(v.back(), "a string that is too long for the small buffer");
}

TEST_F(VectorTest, AsksForGrowthInPlaceBeforeItMoves)
{
    heap_script().room_behind_blocks = 1 << 16;
    Vector<int> v = counting(1);
    const int* const data = v.data();
    const size_t first = v.capacity();
    while (v.size() <= first) {
        v.push_back(0);
    }
    EXPECT_EQ(v.data(), data);
    EXPECT_EQ(v.capacity(), 2 * first);
    ASSERT_EQ(heap_script().growths.size(), 1U);
    EXPECT_EQ(heap_script().growths[0].block, data);
    EXPECT_EQ(heap_script().growths[0].old_size, first * sizeof(int));
    EXPECT_EQ(heap_script().growths[0].new_size, 2 * first * sizeof(int));
    EXPECT_EQ(heap_script().allocations.size(), 1U);
}

TEST_F(VectorTest, StaysOneBlockWhileItIsTheHeapsLast)
{
    heap_script().room_behind_blocks = 1 << 20;
    const Vector<int> v = counting(100'000);
    EXPECT_EQ(heap_script().allocations.size(), 1U);
    EXPECT_EQ(v[99'999], 99'999);
}

TEST_F(VectorTest, MovesWhenAnotherBlockLiesBehindIt)
{
    heap_script().room_behind_blocks = 1 << 16;
    Vector<int> v = counting(1);
    const Vector<int> behind = counting(1);
    const int* const data = v.data();
    v.resize(v.capacity() + 1);
    EXPECT_NE(v.data(), data);
    EXPECT_FALSE(heap_script().growths.back().granted);
    EXPECT_EQ(v[0], 0);
    EXPECT_EQ(behind[0], 0);
}

TEST_F(VectorTest, GrowsSeldom)
{
    (void)counting(100'000);
    EXPECT_LE(heap_script().allocations.size(), 15U);
}

TEST_F(VectorTest, MakesDoWithWhatItNeedsOnAFullHeap)
{
    heap_script().room_behind_blocks = 10 * sizeof(int);
    Vector<int> v;
    v.reserve(16);
    v.resize(16);
    heap_script().requests_before_empty = 1;
    EXPECT_TRUE(v.try_push_back(16));
    EXPECT_EQ(v.capacity(), 17U);
    EXPECT_EQ(v.back(), 16);
}

TEST_F(VectorTest, ReservesExactlyWhatIsAsked)
{
    Vector<int> v;
    v.reserve(5);
    EXPECT_EQ(v.capacity(), 5U);
    EXPECT_TRUE(v.try_reserve(7));
    EXPECT_EQ(v.capacity(), 7U);
    v.reserve(3);
    EXPECT_EQ(v.capacity(), 7U);
    EXPECT_EQ(heap_script().allocations[0].size, 5 * sizeof(int));
    EXPECT_EQ(heap_script().allocations[0].align, alignof(int));
}

TEST_F(VectorTest, ChangesNothingWhenMemoryRunsOut)
{
    Vector<std::string> v;
    v.push_back("first");
    v.reserve(1);
    while (v.size() < v.capacity()) {
        v.push_back("filler");
    }
    heap_script().requests_before_empty = 0;
    const std::string* const data = v.data();
    const size_t size = v.size();
    std::string offered = "a string that is too long for the small buffer";
    EXPECT_FALSE(v.try_push_back(offered));
    EXPECT_FALSE(v.try_push_back(std::move(offered)));
    EXPECT_FALSE(v.try_emplace_back(3U, 'x'));
    EXPECT_FALSE(v.try_reserve(size + 1));
    EXPECT_FALSE(v.try_resize(size + 1));
    EXPECT_EQ(offered, "a string that is too long for the small buffer");
    EXPECT_EQ(v.data(), data);
    EXPECT_EQ(v.size(), size);
    EXPECT_EQ(v.capacity(), size);
    EXPECT_EQ(v[0], "first");
}

TEST_F(VectorTest, PanicsWithTheHeapsWordsWhenMemoryRunsOut)
{
    Vector<uint64_t> v;
    heap_script().requests_before_empty = 0;
    EXPECT_EQ(panic_of([&] { v.push_back(1); }), "out of memory: asked for 8 bytes aligned to 8");
    EXPECT_EQ(panic_of([&] { v.reserve(512); }), "out of memory: asked for 4 KiB aligned to 8");
    EXPECT_TRUE(v.empty());
}

TEST_F(VectorTest, RefusesMoreElementsThanASizeCanCount)
{
    Vector<uint64_t> v;
    for (const size_t count : {SIZE_MAX, SIZE_MAX / 8, SIZE_MAX / 8 + 1, SIZE_MAX / 8 + 2, SIZE_MAX / 16 + 1}) {
        EXPECT_FALSE(v.try_reserve(count));
        EXPECT_FALSE(v.try_resize(count));
        EXPECT_EQ(panic_of([&] { v.reserve(count); }),
                  "a vector of " + std::to_string(count) + " elements of 8 bytes is larger than memory");
    }
    EXPECT_TRUE(heap_script().allocations.empty());
    EXPECT_EQ(v.capacity(), 0U);
}

TEST_F(VectorTest, AlignsElementsAsTheirTypeAsks)
{
    Vector<test::Overaligned> v;
    for (int i = 0; i < 20; ++i) {
        v.emplace_back(i);
        ASSERT_EQ(reinterpret_cast<uintptr_t>(v.data()) % 256, 0U);
    }
    EXPECT_EQ(heap_script().allocations[0].align, 256U);
}

TEST_F(VectorTest, CopiesTheBytesOfATypeThatAllowsIt)
{
    test::Relocatable::moves = 0;
    test::Relocatable::destroyed = 0;
    {
        Vector<test::Relocatable> v;
        for (int i = 0; i < 100; ++i) {
            v.emplace_back(i);
        }
        EXPECT_EQ(v[50].value, 50);
        EXPECT_EQ(test::Relocatable::moves, 0);
        EXPECT_EQ(test::Relocatable::destroyed, 0);
    }
    EXPECT_EQ(test::Relocatable::destroyed, 100);
}

TEST_F(VectorTest, EndsTheLifeOfEveryElementOnce)
{
    using test::SelfPointer;
    {
        Vector<SelfPointer> v;
        for (int i = 0; i < 50; ++i) {
            v.emplace_back(i);
        }
        EXPECT_EQ(SelfPointer::living.size(), 50U);
        v.pop_back();
        v.erase(v.begin());
        EXPECT_EQ(SelfPointer::living.size(), 48U);
        v.resize(40);
        EXPECT_EQ(SelfPointer::living.size(), 40U);
        Vector<SelfPointer> other;
        other.emplace_back(1);
        other = std::move(v);
        EXPECT_EQ(SelfPointer::living.size(), 40U);
        other.clear();
        EXPECT_TRUE(SelfPointer::living.empty());
        other.emplace_back(2);
    }
    EXPECT_TRUE(SelfPointer::living.empty());
}

TEST_F(VectorTest, KeepsItsMemoryWhenItIsEmptied)
{
    Vector<int> v = counting(100);
    const size_t capacity = v.capacity();
    const int* const data = v.data();
    v.clear();
    EXPECT_TRUE(v.empty());
    EXPECT_EQ(v.capacity(), capacity);
    EXPECT_EQ(v.data(), data);
}

TEST_F(VectorTest, HandsItsElementsOverWhenMoved)
{
    Vector<int> v = counting(10);
    const int* const data = v.data();
    Vector<int> other{std::move(v)};
    EXPECT_EQ(other.data(), data);
    EXPECT_EQ(other.size(), 10U);
    EXPECT_TRUE(v.empty());
    Vector<int>& self = other;
    other = std::move(self);
    EXPECT_EQ(other.size(), 10U);
    v.push_back(1);
    swap(v, other);
    EXPECT_EQ(v.data(), data);
    EXPECT_EQ(other.size(), 1U);
}

TEST_F(VectorTest, MakesAppendedElementsOfAResizeZero)
{
    Vector<int> v = counting(20);
    v.clear();
    v.resize(20);
    for (const int value : v) {
        EXPECT_EQ(value, 0);
    }
}

TEST_F(VectorTest, BuildsElementsInPlace)
{
    Vector<test::Aggregate> v;
    EXPECT_EQ(v.emplace_back(1, 'x').letter, 'x');
    EXPECT_TRUE(v.try_emplace_back(2, 'y'));
    EXPECT_EQ(v[1].number, 2);
    Vector<Vector<int>> nested;
    nested.emplace_back().push_back(7);
    nested.push_back(counting(3));
    EXPECT_EQ(nested[0][0], 7);
    EXPECT_EQ(nested[1].size(), 3U);
}

TEST_F(VectorTest, MayHoldItsOwnKind)
{
    test::Tree root;
    root.children.emplace_back().value = 5;
    root.children[0].children.emplace_back().value = 6;
    EXPECT_EQ(root.children[0].children[0].value, 6);
}

TEST_F(VectorTest, InsertsAndErasesAnywhere)
{
    Vector<int> v = counting(3);
    EXPECT_EQ(*v.insert(v.begin(), 10), 10);
    EXPECT_EQ(*v.insert(v.end(), 11), 11);
    EXPECT_EQ(*v.insert(v.begin() + 2, v[4]), 11);
    const int expected[] = {10, 0, 11, 1, 2, 11};
    EXPECT_TRUE(std::equal(v.begin(), v.end(), std::begin(expected), std::end(expected)));
    EXPECT_EQ(*v.erase(v.begin() + 1), 11);
    const int* const behind_the_last = v.erase(v.end() - 1);
    EXPECT_EQ(behind_the_last, v.end());
    EXPECT_EQ(v.size(), 4U);
}

}  // namespace
}  // namespace hv

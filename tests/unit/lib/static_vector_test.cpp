// A list of bounded length: what it holds, and what happens at its bounds.
#include <hv/lib/static_vector.hpp>

#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv {
namespace {

constexpr StaticVector<int, 3> one_two = [] {
    StaticVector<int, 3> list;
    list.push_back(1);
    list.push_back(2);
    return list;
}();
static_assert(one_two.size() == 2 && one_two[1] == 2 && one_two.front() == 1 && one_two.back() == 2);
static_assert(std::is_trivially_copyable_v<StaticVector<int, 3>>);

constinit StaticVector<int, 3> one_static;

int made = 0;
struct Counted {
    Counted() { ++made; }
};

TEST(StaticVector, IsConstantWhereItIsStatic)
{
    EXPECT_TRUE(one_static.empty());
    one_static.push_back(1);
    EXPECT_EQ(one_static.back(), 1);
}

TEST(StaticVector, MakesNoElementForRoomThatIsNotUsed)
{
    StaticVector<Counted, 4> list{};
    EXPECT_EQ(made, 0);
    list.push_back({});
    EXPECT_EQ(made, 1);
    const StaticVector<Counted, 4> copy = list;
    EXPECT_EQ(made, 1);
    EXPECT_EQ(copy.size(), 1U);
}

TEST(StaticVector, StartsEmpty)
{
    const StaticVector<int, 2> list;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.size(), 0U);
    EXPECT_EQ(list.begin(), list.end());
    EXPECT_EQ(list.capacity(), 2U);
}

TEST(StaticVector, KeepsOrder)
{
    StaticVector<int, 4> list;
    for (const int value : {5, 6, 7}) {
        EXPECT_TRUE(list.try_push_back(value));
    }
    EXPECT_EQ(list.front(), 5);
    EXPECT_EQ(list[1], 6);
    EXPECT_EQ(list.back(), 7);
    list.pop_back();
    EXPECT_EQ(list.span().size(), 2U);
    EXPECT_EQ(list.span().back(), 6);
    list.clear();
    EXPECT_TRUE(list.empty());
}

TEST(StaticVector, StaysAsItIsWhenFull)
{
    StaticVector<int, 2> list;
    list.push_back(1);
    list.push_back(2);
    EXPECT_TRUE(list.full());
    EXPECT_FALSE(list.try_push_back(3));
    EXPECT_EQ(test::panic_of([&] { list.push_back(3); }), "a list of at most 2 elements is full");
    EXPECT_EQ(list.size(), 2U);
    EXPECT_EQ(list.back(), 2);
}

TEST(StaticVector, TakesACopyOfOneOfItsOwn)
{
    StaticVector<int, 2> list;
    list.push_back(9);
    list.push_back(list[0]);
    EXPECT_EQ(list[1], 9);
}

TEST(StaticVector, PanicsOutsideItsBounds)
{
    StaticVector<int, 4> list;
    EXPECT_EQ(test::panic_of([&] { (void)list[0]; }), "index 0 of a vector or array of size 0");
    EXPECT_NE(test::panic_of([&] { (void)list.front(); }), "no panic");
    EXPECT_NE(test::panic_of([&] { (void)list.back(); }), "no panic");
    EXPECT_NE(test::panic_of([&] { list.pop_back(); }), "no panic");
    list.push_back(1);
    EXPECT_EQ(test::panic_of([&] { (void)list[1]; }), "index 1 of a vector or array of size 1");
    EXPECT_EQ(test::panic_of([&] { (void)list[SIZE_MAX]; }),
              "index 18446744073709551615 of a vector or array of size 1");
}

TEST(StaticVector, ComparesElementsAndNotWhatLiesBehindThem)
{
    StaticVector<int, 3> a;
    StaticVector<int, 3> b;
    a.push_back(1);
    b.push_back(1);
    b.push_back(2);
    EXPECT_FALSE(a == b);
    b.pop_back();
    EXPECT_TRUE(a == b);
}

}  // namespace
}  // namespace hv

// A value or an error: which side there is, how it moves, and what asking for the other does.
#include <hv/lib/expected.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv {
namespace {

enum class Error : uint8_t { TooSmall, TooBig };

constexpr Expected<int, Error> parse(int digit)
{
    if (digit < 0) {
        return Unexpected{Error::TooSmall};
    }
    if (digit > 9) {
        return Unexpected{Error::TooBig};
    }
    return digit;
}

constexpr Expected<int, Error> parse_two(int high, int low)
{
    HV_TRY(const int tens, parse(high));
    HV_TRY(const int ones, parse(low));
    return tens * 10 + ones;
}

constexpr Expected<void, Error> check_both(int a, int b)
{
    HV_CHECK(parse(a));
    HV_CHECK(parse(b));
    return {};
}

// The macros work in constant expressions.
static_assert(*parse_two(4, 2) == 42);
static_assert(parse_two(4, 10).error() == Error::TooBig);
static_assert(check_both(1, 2).has_value());
static_assert(check_both(1, -2).error() == Error::TooSmall);

// Small results travel in registers.
static_assert(std::is_trivially_copyable_v<Expected<uint64_t, Error>>);
static_assert(sizeof(Expected<uint64_t, Error>) == 16);
static_assert(std::is_trivially_copyable_v<Expected<void, Error>> && sizeof(Expected<void, Error>) <= 2);
// What holds something that is not trivial moves only.
static_assert(!std::is_copy_constructible_v<Expected<std::string, Error>>);
static_assert(std::is_nothrow_move_constructible_v<Expected<std::unique_ptr<int>, Error>>);

TEST(Expected, HoldsAValueOrAnError)
{
    const auto good = parse(7);
    const auto bad = parse(-7);
    EXPECT_TRUE(good);
    EXPECT_TRUE(good.has_value());
    EXPECT_EQ(good.value(), 7);
    EXPECT_FALSE(bad);
    EXPECT_EQ(bad.error(), Error::TooSmall);
}

TEST(Expected, OffersAnotherValueWhereThereIsNone)
{
    EXPECT_EQ(parse(3).value_or(5), 3);
    EXPECT_EQ(parse(30).value_or(5), 5);
}

TEST(Expected, PanicsWhenAskedForTheSideThatIsNotThere)
{
    const auto good = parse(7);
    const auto bad = parse(-7);
    const std::string no_value = "an Expected that holds an error was asked for its value";
    EXPECT_EQ(test::panic_of([&] { (void)bad.value(); }), no_value);
    EXPECT_EQ(test::panic_of([&] { (void)*bad; }), no_value);
    EXPECT_EQ(test::panic_of([&] { (void)bad.operator->(); }), no_value);
    EXPECT_EQ(test::panic_of([&] { (void)good.error(); }),
              "an Expected that holds a value was asked for its error");
}

TEST(Expected, WithoutAValueTypeSaysOnlyWhetherItWentWell)
{
    Expected<void, Error> good;
    Expected<void, Error> bad = Unexpected{Error::TooBig};
    EXPECT_TRUE(good);
    EXPECT_EQ(bad.error(), Error::TooBig);
    EXPECT_EQ(test::panic_of([&] { (void)*good; }), "no panic");
    EXPECT_NE(test::panic_of([&] { (void)*bad; }), "no panic");
}

TEST(Expected, TakesValuesThatConvert)
{
    const Expected<std::string, Error> text = "literal";
    const Expected<uint64_t, Error> number = 5U;
    EXPECT_EQ(*text, "literal");
    EXPECT_EQ(text->size(), 7U);
    EXPECT_EQ(*number, 5U);
}

Expected<std::unique_ptr<int>, std::string> make(int value)
{
    if (value == 0) {
        return Unexpected{std::string{"zero"}};
    }
    return std::make_unique<int>(value);
}

Expected<int, std::string> unpack(int value)
{
    HV_TRY(const std::unique_ptr<int> made, make(value));
    return *made;
}

TEST(Expected, CarriesWhatCanOnlyBeMoved)
{
    auto made = make(3);
    const std::unique_ptr<int> taken = *std::move(made);
    EXPECT_EQ(*taken, 3);
    EXPECT_EQ(*unpack(4), 4);
    EXPECT_EQ(unpack(0).error(), "zero");
}

TEST(Expected, ChangesSidesByAssignment)
{
    auto made = make(3);
    made = make(0);
    EXPECT_EQ(made.error(), "zero");
    made = make(5);
    EXPECT_EQ(**made, 5);
    auto& self = made;
    made = std::move(self);
    EXPECT_EQ(**made, 5);
}

TEST(Expected, EndsEachLifeOnce)
{
    const auto counter = std::make_shared<int>(0);
    {
        Expected<std::shared_ptr<int>, Error> first = counter;
        Expected<std::shared_ptr<int>, Error> second = std::move(first);
        EXPECT_EQ(counter.use_count(), 2);
        second = Unexpected{Error::TooBig};
        EXPECT_EQ(counter.use_count(), 1);
        second = counter;
        EXPECT_EQ(counter.use_count(), 2);
    }
    EXPECT_EQ(counter.use_count(), 1);
}

struct Detailed {
    Error error;
    // NOLINTNEXTLINE(google-explicit-constructor): that errors convert is under test.
    constexpr Detailed(Error from) : error{from} {}
};

Expected<int, Detailed> through_another_layer(int digit)
{
    HV_TRY(const int value, parse(digit));
    return value;
}

TEST(Expected, ConvertsAnErrorOnItsWayUp)
{
    EXPECT_EQ(*through_another_layer(1), 1);
    EXPECT_EQ(through_another_layer(11).error().error, Error::TooBig);
}

TEST(Expected, StopsAtTheFirstError)
{
    int calls = 0;
    const auto count = [&](int digit) {
        ++calls;
        return parse(digit);
    };
    const auto run = [&]() -> Expected<void, Error> {
        HV_CHECK(count(1));
        HV_CHECK(count(-1));
        HV_CHECK(count(2));
        return {};
    };
    EXPECT_EQ(run().error(), Error::TooSmall);
    EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace hv

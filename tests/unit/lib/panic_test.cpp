// A panic says what and where; the host's ends in an exception that these tests look at.
#include <hv/lib/panic.hpp>

#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv {
namespace {

TEST(Panic, NamesThePlaceOfItsCaller)
{
    unsigned line = 0;
    try {
        line = __LINE__ + 1;
        panic("{} of {}", 1, "two");
    } catch (const test::PanicError& error) {
        EXPECT_STREQ(error.what(), "1 of two");
        EXPECT_TRUE(error.file().ends_with("panic_test.cpp")) << error.file();
        EXPECT_EQ(error.line(), line);
    }
}

TEST(Panic, IsNotRaisedByARequirementThatHolds)
{
    EXPECT_EQ(test::panic_of([] { require(true, "no {}", 1); }), "no panic");
    EXPECT_EQ(test::panic_of([] { require(false, "no {}", 1); }), "no 1");
}

}  // namespace
}  // namespace hv

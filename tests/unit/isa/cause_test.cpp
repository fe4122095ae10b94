// The words for why a hart trapped.
#include <hv/isa/cause.hpp>

#include <set>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

TEST(Cause, IsNamedInTheSpecificationsWords)
{
    EXPECT_EQ(name_of(Exception::store_page_fault), "store/AMO page fault");
    EXPECT_EQ(name_of(Exception::instruction_guest_page_fault), "instruction guest-page fault");
    EXPECT_EQ(name_of(Exception::illegal_instruction), "illegal instruction");
    EXPECT_EQ(name_of(Interrupt::supervisor_timer), "supervisor timer interrupt");
}

TEST(Cause, IsReservedWhereTheSpecificationNamesNone)
{
    for (const uint64_t code : {14U, 17U, 24U, 63U, 255U}) {
        EXPECT_EQ(name_of(Scause{code}), "reserved exception") << code;
    }
    for (const uint64_t code : {0U, 4U, 8U, 14U, 255U}) {
        EXPECT_EQ(name_of(Scause{code}.with(Scause::interrupt, true)), "reserved interrupt") << code;
    }
}

TEST(Cause, DoesNotTakeALargeCodeForTheSmallOneItEndsIn)
{
    EXPECT_EQ(name_of(Scause{256 + 13}), "reserved exception");
    EXPECT_EQ(name_of(Scause{(1ULL << 62) + 5}.with(Scause::interrupt, true)), "reserved interrupt");
}

TEST(Cause, TellsAnInterruptFromTheExceptionOfTheSameNumber)
{
    EXPECT_EQ(name_of(scause_of(Exception::load_access_fault)), "load access fault");
    EXPECT_EQ(name_of(scause_of(Interrupt::supervisor_timer)), "supervisor timer interrupt");
}

TEST(Cause, HasDistinctWordsForEachCode)
{
    std::set<std::string_view> words;
    for (uint64_t code = 0; code < 32; ++code) {
        words.insert(name_of(Scause{code}));
        words.insert(name_of(Scause{code}.with(Scause::interrupt, true)));
    }
    EXPECT_EQ(words.size(), 22U + 11U + 2U);
}

}  // namespace
}  // namespace hv::isa

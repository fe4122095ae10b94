// Numbers and words of the Supervisor Binary Interface.
#include <hv/isa/sbi.hpp>

#include <set>

#include <gtest/gtest.h>

namespace hv::isa::sbi {
namespace {

/// The extension's name in ASCII, which is what its number is made of.
uint64_t number_of(std::string_view name)
{
    uint64_t number = 0;
    for (const char letter : name) {
        number = number << 8 | static_cast<unsigned char>(letter);
    }
    return number;
}

TEST(SbiExtension, IsNumberedByTheLettersOfItsName)
{
    EXPECT_EQ(static_cast<uint64_t>(Extension::timer), number_of("TIME"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::inter_processor), number_of("sPI"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::remote_fence), number_of("RFNC"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::hart_state), number_of("HSM"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::system_reset), number_of("SRST"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::debug_console), number_of("DBCN"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::system_suspend), number_of("SUSP"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::performance_monitoring), number_of("PMU"));
    EXPECT_EQ(static_cast<uint64_t>(Extension::firmware_features), number_of("FWFT"));
}

TEST(SbiError, HasDistinctWordsForEachNumberOfTheSpecification)
{
    std::set<std::string_view> words;
    for (int64_t number = 0; number >= -14; --number) {
        words.insert(name_of(static_cast<Error>(number)));
    }
    EXPECT_EQ(words.size(), 15U);
    EXPECT_FALSE(words.contains(name_of(static_cast<Error>(-15))));
    EXPECT_EQ(name_of(static_cast<Error>(-15)), "unknown SBI error");
    EXPECT_EQ(name_of(Error::not_supported), "not supported");
}

TEST(SbiVersion, HoldsTheMajorNumberAboveTheMinor)
{
    EXPECT_EQ(spec_version(3, 0), 0x300'0000U);
    EXPECT_EQ(spec_version(0, 2), 2U);
}

}  // namespace
}  // namespace hv::isa::sbi

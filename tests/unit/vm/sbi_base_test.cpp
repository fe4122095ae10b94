// The SBI that a guest sees: what it is told about itself, and what it is told of calls that are none.
#include <hv/vm/sbi_call.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::Base;
using isa::sbi::Error;
using isa::sbi::Extension;
using test::result_of;

constexpr SbiReturn not_supported{Error::not_supported, 0};

/// Number of functions of each extension that has functions.
constexpr std::pair<Extension, uint64_t> function_counts[] = {
    {Extension::base, 7},
    {Extension::timer, 1},
    {Extension::inter_processor, 1},
    {Extension::remote_fence, 7},
    {Extension::hart_state, 4},
    {Extension::system_reset, 1},
    {Extension::debug_console, 3},
    {Extension::system_suspend, 1},
    {Extension::performance_monitoring, 9},
    {Extension::firmware_features, 2},
};

class SbiBase : public testing::Test {
protected:
    test::FakeGuest guest_{4};
    test::FakeHost host_{guest_};

    SbiReturn base(Base function, uint64_t a0 = 0)
    {
        return result_of(host_.call(Extension::base, function, {a0}));
    }
};

TEST_F(SbiBase, OffersTheWatchdogToAGuestThatHasOne)
{
    EXPECT_EQ(base(Base::probe_extension, sbi_own_extension), (SbiReturn{Error::success, 0}));
    EXPECT_EQ(result_of(host_.call(sbi_own_extension, 0)), not_supported);
    EXPECT_EQ(host_.feeds, 0U);
    host_.watched = true;
    EXPECT_EQ(base(Base::probe_extension, sbi_own_extension), (SbiReturn{Error::success, 1}));
    EXPECT_EQ(result_of(host_.call(sbi_own_extension, 0)), (SbiReturn{Error::success, 0}));
    EXPECT_EQ(host_.feeds, 1U);
    EXPECT_EQ(result_of(host_.call(sbi_own_extension, 1)), not_supported);
    EXPECT_EQ(host_.feeds, 1U);
}

TEST_F(SbiBase, LeavesWhatAWatchdogChangesToTheSlowPath)
{
    host_.watched = true;
    uint64_t a0 = sbi_own_extension;
    uint64_t a1 = 0;
    EXPECT_FALSE(handle_hot_call(host_, a0, a1, 0, 0, 0, static_cast<uint64_t>(Base::probe_extension),
                                 static_cast<uint64_t>(Extension::base)));
    a0 = 5;
    EXPECT_FALSE(handle_hot_call(host_, a0, a1, 0, 0, 0, 0, static_cast<uint64_t>(Extension::timer)));
    EXPECT_TRUE(host_.idle());
}

// CHECKLIST 57.
TEST_F(SbiBase, SaysVersionThreeInTheLow31Bits)
{
    EXPECT_EQ(base(Base::get_spec_version), (SbiReturn{Error::success, 0x300'0000}));
}

// CHECKLIST 59.
TEST_F(SbiBase, NamesAnImplementationThatIsNobodyElse)
{
    EXPECT_EQ(base(Base::get_impl_id), (SbiReturn{Error::success, 0x424b48}));
    EXPECT_EQ(base(Base::get_impl_version).error, Error::success);
}

// CHECKLIST 59.
TEST_F(SbiBase, NamesTheSameMachineOnEveryHart)
{
    test::FakeHost other{guest_, 3};
    for (const auto& [function, value] :
         {std::pair{Base::get_mvendorid, 0x11U}, std::pair{Base::get_marchid, 0x22U},
          std::pair{Base::get_mimpid, 0x33U}}) {
        EXPECT_EQ(base(function), (SbiReturn{Error::success, value}));
        EXPECT_EQ(base(function), result_of(other.call(Extension::base, function)));
    }
}

// CHECKLIST 58.
TEST_F(SbiBase, ProbesWhatItOffersAsOne)
{
    for (const auto& [extension, count] : function_counts) {
        EXPECT_EQ(base(Base::probe_extension, static_cast<uint64_t>(extension)), (SbiReturn{Error::success, 1}));
    }
    for (uint64_t legacy = 0; legacy <= 8; ++legacy) {
        EXPECT_EQ(base(Base::probe_extension, legacy), (SbiReturn{Error::success, 1}));
    }
}

// CHECKLIST 58: a call of something unknown is not supported, and so a probe is 0, and the other way round.
TEST_F(SbiBase, ProbesAsZeroExactlyWhatIsNotSupported)
{
    std::vector<uint64_t> samples{0x535345,   0x535441,   0x4e41434c,        0x43505043, 0x44425452,
                                  0x4d505859, 0xb000000,  sbi_own_extension, UINT32_MAX, 0x8000'0010,
                                  0x08000000, 0x0a000000, 0x09000000};
    for (const auto& [extension, count] : function_counts) {
        for (unsigned bit = 0; bit < 32; ++bit) {
            samples.push_back(static_cast<uint64_t>(extension) ^ uint64_t{1} << bit);
        }
        samples.push_back(static_cast<uint64_t>(extension) & 0xffff0000);
    }
    for (uint64_t number = 9; number < 0x10000; ++number) {
        if (number != 0x10) {
            samples.push_back(number);
        }
    }
    for (const uint64_t number : samples) {
        if (number <= 8) {
            continue;  // a legacy call
        }
        ASSERT_EQ(base(Base::probe_extension, number), (SbiReturn{Error::success, 0})) << std::hex << number;
        ASSERT_EQ(result_of(host_.call(number, 0)), not_supported) << std::hex << number;
    }
    EXPECT_TRUE(host_.idle());
}

// CHECKLIST 58, HOSTILE 38.
TEST_F(SbiBase, RefusesWhatThisGuestIsNotOffered)
{
    host_.offered = ExtensionSet{};
    std::vector<uint64_t> optional{0, 1, 2, 3, 4, 5, 6, 7, 8};
    for (const Extension extension :
         {Extension::system_suspend, Extension::performance_monitoring, Extension::firmware_features}) {
        optional.push_back(static_cast<uint64_t>(extension));
    }
    for (const uint64_t number : optional) {
        EXPECT_EQ(base(Base::probe_extension, number), (SbiReturn{Error::success, 0})) << number;
        for (uint64_t function = 0; function < 9; ++function) {
            EXPECT_EQ(result_of(host_.call(number, function)), not_supported) << number;
        }
    }
    EXPECT_EQ(base(Base::probe_extension, 0x10), (SbiReturn{Error::success, 1}));
    EXPECT_TRUE(host_.idle());
}

// CHECKLIST 55, HOSTILE 15.
TEST_F(SbiBase, RefusesEveryUnknownFunctionOfAKnownExtension)
{
    for (const auto& [extension, count] : function_counts) {
        for (const uint64_t function : {count, count + 1, uint64_t{0xbad}, uint64_t{0x7fffffff},
                                        uint64_t{0x80000000}, uint64_t{UINT32_MAX}, UINT64_MAX}) {
            EXPECT_EQ(result_of(host_.call(static_cast<uint64_t>(extension), function)), not_supported)
                << std::hex << static_cast<uint64_t>(extension) << " " << function;
        }
    }
    EXPECT_TRUE(host_.idle());
}

// HOSTILE 15.
TEST_F(SbiBase, RefusesTheReservedLegacyNumbersAndMinusOne)
{
    for (const uint64_t number : {9ULL, 10ULL, 11ULL, 12ULL, 13ULL, 14ULL, 15ULL, ~0ULL}) {
        EXPECT_EQ(result_of(host_.call(number, 0)), not_supported);
    }
}

// CHECKLIST 56: EID and FID are signed 32-bit numbers.
TEST_F(SbiBase, TakesTheLow32BitsOfExtensionAndFunction)
{
    const uint64_t high = 0xdead'beefULL << 32;
    EXPECT_EQ(result_of(host_.call(high | 0x10, high | 0)).value, 0x300'0000U);
    EXPECT_EQ(base(Base::probe_extension, high | 0x10).value, 1U);
    EXPECT_EQ(result_of(host_.call(high | 0x10, high | 7)), not_supported);
}

// CHECKLIST 72.
TEST_F(SbiBase, SetsTheTimerToAnyGuestTimeAndSucceeds)
{
    for (const uint64_t time : {uint64_t{0}, uint64_t{12345}, uint64_t{1} << 63, UINT64_MAX}) {
        EXPECT_EQ(result_of(host_.call(Extension::timer, 0, {time})), SbiReturn{});
        EXPECT_EQ(host_.timers.back(), time);
    }
    EXPECT_EQ(host_.timers.size(), 4U);
}

}  // namespace
}  // namespace hv::vm

// The SBI's firmware features: which there are, what they can be set to, and how they are locked.
#include <hv/vm/sbi_call.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::Error;
using isa::sbi::Extension;
using isa::sbi::Feature;
using test::result_of;

constexpr auto ad_updating = static_cast<uint64_t>(Feature::pte_ad_hw_updating);
constexpr auto pmlen = static_cast<uint64_t>(Feature::pointer_masking_pmlen);
constexpr uint64_t lock = 1;

class SbiFeatures : public testing::Test {
protected:
    test::FakeGuest guest_{2};
    test::FakeHost host_{guest_};

    Error set(uint64_t feature, uint64_t value, uint64_t flags = 0)
    {
        const SbiReturn result = result_of(host_.call(Extension::firmware_features, 0, {feature, value, flags}));
        EXPECT_EQ(result.value, 0U);
        return result.error;
    }
    SbiReturn get(uint64_t feature) { return result_of(host_.call(Extension::firmware_features, 1, {feature})); }
};

// CHECKLIST 75.
TEST_F(SbiFeatures, KeepTheValueThatTheyAreSetTo)
{
    EXPECT_EQ(get(ad_updating), (SbiReturn{Error::success, 0}));
    for (const uint64_t value : {1U, 1U, 0U, 1U}) {
        EXPECT_EQ(set(ad_updating, value), Error::success);
        EXPECT_EQ(get(ad_updating), (SbiReturn{Error::success, value}));
    }
}

TEST_F(SbiFeatures, AreNamedByTheLow32Bits)
{
    EXPECT_EQ(set(1ULL << 32 | ad_updating, 1), Error::success);
    EXPECT_EQ(get(1ULL << 63 | ad_updating), (SbiReturn{Error::success, 1}));
}

// CHECKLIST 75.
TEST_F(SbiFeatures, AreNotSupportedWhereTheHartHasThemNot)
{
    for (const uint64_t feature : {0U, 1U, 2U, 3U, 5U}) {
        EXPECT_EQ(set(feature, 0), Error::not_supported);
        EXPECT_EQ(get(feature), (SbiReturn{Error::not_supported, 0}));
    }
}

// CHECKLIST 75, HOSTILE 38.
TEST_F(SbiFeatures, AreDeniedWhereReservedOrOfAnotherPlatform)
{
    for (const uint64_t feature : {6ULL, 0x3fff'ffffULL, 0x4000'0000ULL, 0x7fff'ffffULL, 0x8000'0000ULL,
                                   0xbfff'ffffULL, 0xc000'0000ULL, 0xffff'ffffULL, ~0ULL}) {
        EXPECT_EQ(set(feature, 1), Error::denied) << std::hex << feature;
        EXPECT_EQ(get(feature), (SbiReturn{Error::denied, 0}));
    }
}

// CHECKLIST 75.
TEST_F(SbiFeatures, RefuseOtherValuesAndOtherFlags)
{
    host_.features[Feature::pointer_masking_pmlen] = 0;
    for (const uint64_t value : {uint64_t{2}, uint64_t{1} << 32, UINT64_MAX}) {
        EXPECT_EQ(set(ad_updating, value), Error::invalid_param);
        EXPECT_EQ(set(pmlen, value), Error::invalid_param);
    }
    for (const uint64_t flags : {uint64_t{2}, uint64_t{3}, uint64_t{1} << 32, UINT64_MAX}) {
        EXPECT_EQ(set(ad_updating, 1, flags), Error::invalid_param);
    }
    EXPECT_EQ(get(ad_updating).value, 0U);
    for (const uint64_t value : {7U, 16U, 0U}) {
        EXPECT_EQ(set(pmlen, value), Error::success);
        EXPECT_EQ(get(pmlen).value, value);
    }
    EXPECT_EQ(set(pmlen, 1), Error::invalid_param);
}

// CHECKLIST 75.
TEST_F(SbiFeatures, CannotBeSetOnceLockedNotEvenToWhatTheyAre)
{
    EXPECT_EQ(set(ad_updating, 1, lock), Error::success);
    for (const uint64_t value : {0U, 1U}) {
        EXPECT_EQ(set(ad_updating, value), Error::denied_locked);
        EXPECT_EQ(set(ad_updating, value, lock), Error::denied_locked);
    }
    EXPECT_EQ(get(ad_updating), (SbiReturn{Error::success, 1}));
    host_.locks.unlock_all();  // the hart was started again
    EXPECT_EQ(set(ad_updating, 0), Error::success);
}

// CHECKLIST 75.
TEST_F(SbiFeatures, AreEachHartsOwn)
{
    guest_.start(1);
    test::FakeHost other{guest_, 1};
    EXPECT_EQ(set(ad_updating, 1, lock), Error::success);
    EXPECT_EQ(result_of(other.call(Extension::firmware_features, 1, {ad_updating})),
              (SbiReturn{Error::success, 0}));
    EXPECT_EQ(result_of(other.call(Extension::firmware_features, 0, {ad_updating, 1, 0})), SbiReturn{});
}

TEST_F(SbiFeatures, AreNotLockedByASetThatFails)
{
    host_.set_feature_error = Error::denied;
    EXPECT_EQ(set(ad_updating, 1, lock), Error::denied);
    EXPECT_EQ(set(ad_updating, 2, lock), Error::invalid_param);
    EXPECT_FALSE(host_.locks.locked(Feature::pte_ad_hw_updating));
    EXPECT_EQ(set(ad_updating, 0), Error::success);  // it is so already
    host_.set_feature_error = Error::invalid_param;
    EXPECT_EQ(set(ad_updating, 1), Error::invalid_param);
}

}  // namespace
}  // namespace hv::vm

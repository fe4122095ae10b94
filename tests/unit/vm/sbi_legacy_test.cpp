// The SBI's legacy calls: a1 stays, and masks are behind pointers of the guest's own address space.
#include <hv/vm/sbi_call.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using Kind = SbiOutcome::Kind;

constexpr uint64_t a1_before = 0x1111;
constexpr uint64_t mask_at = 0xffff'ffc0'0000'1000;

class SbiLegacy : public testing::Test {
protected:
    test::FakeGuest guest_{4};
    test::FakeHost host_{guest_};

    /// a0 afterwards. The function number, which is none, is anything.
    int64_t legacy(uint64_t number, std::vector<uint64_t> args = {})
    {
        args.resize(4);
        if (args[1] == 0) {
            args[1] = a1_before;
        }
        const SbiOutcome outcome = host_.call(number, 0x77, args);
        EXPECT_EQ(outcome.kind, Kind::resume);
        EXPECT_EQ(outcome.a1, args[1]);
        return static_cast<int64_t>(outcome.a0);
    }
};

// CHECKLIST 54, HOSTILE 15.
TEST_F(SbiLegacy, SetTheTimerAndKeepA1)
{
    EXPECT_EQ(legacy(0, {UINT64_MAX}), 0);
    EXPECT_EQ(host_.timers, (std::vector<uint64_t>{UINT64_MAX}));
}

TEST_F(SbiLegacy, PutACharacterAndTryAgainWhereThereIsNoRoom)
{
    EXPECT_EQ(legacy(1, {0x161}), 0);
    EXPECT_EQ(host_.written, "a");
    host_.room = 0;
    EXPECT_EQ(host_.call(1, 0, {'b', a1_before}), SbiOutcome{Kind::retry});
    EXPECT_EQ(host_.written, "a");
}

TEST_F(SbiLegacy, GetACharacterOrMinusOne)
{
    host_.input = "\xff";
    EXPECT_EQ(legacy(2), 255);
    EXPECT_EQ(legacy(2), -1);
}

TEST_F(SbiLegacy, ClearAnIpiAndSayWhetherThereWasOne)
{
    host_.own_ipis = 1;
    EXPECT_EQ(legacy(3), 1);
    EXPECT_EQ(legacy(3), 0);
}

// HOSTILE 15.
TEST_F(SbiLegacy, SendIpisAndFencesToTheMaskBehindAVirtualPointer)
{
    host_.words[mask_at] = 0b0101;
    EXPECT_EQ(legacy(4, {mask_at}), 0);
    EXPECT_EQ(host_.own_ipis, 1U);
    EXPECT_EQ(host_.sent_ipis, (std::vector<HartMask>{0b0100}));
    EXPECT_EQ(legacy(5, {mask_at}), 0);
    EXPECT_EQ(legacy(6, {mask_at, 0x3000, 0x1000}), 0);
    EXPECT_EQ(legacy(7, {mask_at, 0x3000, UINT64_MAX, 9}), 0);
    using Fence = FenceRequest::Kind;
    const std::vector<FenceRequest> expected{
        {}, {Fence::addresses, 0x3000, 1, 0}, {Fence::addresses_of_a_space, 0, 0, 9}};
    EXPECT_EQ(host_.own_fences, expected);
    ASSERT_EQ(host_.sent_fences.size(), 3U);
    for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(host_.sent_fences[i], (std::pair{HartMask{0b0100}, expected[i]}));
    }
}

TEST_F(SbiLegacy, MeanAllHartsByANullPointer)
{
    EXPECT_EQ(legacy(4, {0}), 0);
    EXPECT_EQ(host_.own_ipis, 1U);
    EXPECT_EQ(host_.sent_ipis, (std::vector<HartMask>{0b1110}));
}

TEST_F(SbiLegacy, RefuseAHartThatTheGuestDoesNotHave)
{
    host_.words[mask_at] = 0b1'0001;
    for (uint64_t number = 4; number <= 7; ++number) {
        EXPECT_EQ(legacy(number, {mask_at}), -3);
    }
    EXPECT_TRUE(host_.idle());
}

// [sbi] Legacy Extensions: the fault of a pointer that cannot be followed is the guest's, at its ecall.
TEST_F(SbiLegacy, GiveTheGuestTheFaultOfAPointerThatLeadsNowhere)
{
    for (uint64_t number = 4; number <= 7; ++number) {
        const SbiOutcome outcome = host_.call(number, 0, {0xdead000, a1_before});
        EXPECT_EQ(outcome.kind, Kind::fault);
        EXPECT_EQ(outcome.fault, (GuestFault{isa::Exception::load_page_fault, 0xdead000}));
    }
    EXPECT_TRUE(host_.idle());
}

TEST_F(SbiLegacy, ShutDownWithoutComingBack)
{
    const SbiOutcome outcome = host_.call(8, 0, {99, 99});
    EXPECT_EQ(outcome.kind, Kind::reset);
    EXPECT_EQ(outcome.reset_type, isa::sbi::ResetType::shutdown);
    EXPECT_EQ(outcome.reset_reason, isa::sbi::ResetReason::none);
}

}  // namespace
}  // namespace hv::vm

// SBI calls that start, stop and suspend harts, or end the guest.
#include <hv/vm/sbi_call.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::Error;
using isa::sbi::Extension;
using isa::sbi::HartState;
using isa::sbi::HartStatus;
using isa::sbi::ResetReason;
using isa::sbi::ResetType;
using test::ram_end;
using test::ram_start;
using test::result_of;
using Kind = SbiOutcome::Kind;

constexpr uint64_t retentive = 0;
constexpr uint64_t non_retentive = 0x8000'0000;

class SbiHarts : public testing::Test {
protected:
    test::FakeGuest guest_{4};
    test::FakeHost host_{guest_};

    Error start(uint64_t hart, uint64_t pc, uint64_t opaque = 0)
    {
        return result_of(host_.call(Extension::hart_state, HartState::start, {hart, pc, opaque})).error;
    }
    SbiReturn status(uint64_t hart)
    {
        return result_of(host_.call(Extension::hart_state, HartState::get_status, {hart}));
    }
    SbiOutcome suspend(uint64_t type, uint64_t pc = ram_start, uint64_t opaque = 0)
    {
        return host_.call(Extension::hart_state, HartState::suspend, {type, pc, opaque});
    }
    SbiOutcome sleep(uint64_t type, uint64_t pc = ram_start, uint64_t opaque = 0)
    {
        return host_.call(Extension::system_suspend, 0, {type, pc, opaque});
    }
    SbiOutcome reset(uint64_t type, uint64_t reason)
    {
        return host_.call(Extension::system_reset, 0, {type, reason});
    }
    /// The metal's part of a suspend.
    void resume()
    {
        guest_.harts.finish_suspend(0);
        guest_.harts.begin_resume(0);
        guest_.harts.finish_resume(0);
    }
};

// CHECKLIST 65.
TEST_F(SbiHarts, StartsAStoppedHartWhereItIsTold)
{
    EXPECT_EQ(start(2, ram_start + 0x100, UINT64_MAX), Error::success);
    EXPECT_EQ(host_.woken, (std::vector<uint64_t>{2}));
    EXPECT_EQ(status(2), (SbiReturn{Error::success, static_cast<uint64_t>(HartStatus::start_pending)}));
    EXPECT_EQ(guest_.harts.take_start(2), (HartEntry{GuestPhysAddr{ram_start + 0x100}, UINT64_MAX}));
}

// CHECKLIST 65, HOSTILE 18.
TEST_F(SbiHarts, DoesNotStartAHartThatTheGuestDoesNotHave)
{
    for (const uint64_t hart :
         {uint64_t{4}, uint64_t{63}, uint64_t{64}, uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX}) {
        EXPECT_EQ(start(hart, ram_start), Error::invalid_param);
    }
    EXPECT_TRUE(host_.idle());
}

// CHECKLIST 65, HOSTILE 18.
TEST_F(SbiHarts, DoesNotStartAHartThatIsNotStopped)
{
    EXPECT_EQ(start(0, ram_start), Error::already_available);
    EXPECT_EQ(start(1, ram_start), Error::success);
    EXPECT_EQ(start(1, ram_start), Error::already_available);  // start-pending
    ASSERT_TRUE(guest_.harts.take_start(1));
    EXPECT_EQ(start(1, ram_start), Error::already_available);
    guest_.harts.begin_stop(1);
    EXPECT_EQ(start(1, ram_start), Error::already_available);  // stop-pending
    guest_.harts.finish_stop(1);
    EXPECT_EQ(start(1, ram_start), Error::success);
    EXPECT_EQ(host_.woken, (std::vector<uint64_t>{1, 1}));
}

// CHECKLIST 65, HOSTILE 18.
TEST_F(SbiHarts, DoesNotStartAHartOutsideOfExecutableMemory)
{
    for (const uint64_t pc : {uint64_t{0}, ram_start - 2, ram_end, ram_start + 1, uint64_t{0x1000'0000},
                              test::data_start, uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 1}) {
        EXPECT_EQ(start(1, pc), Error::invalid_address) << std::hex << pc;
    }
    EXPECT_TRUE(host_.idle());
    EXPECT_EQ(guest_.harts.status(1), HartStatus::stopped);
    EXPECT_EQ(start(1, ram_end - 2), Error::success);
    EXPECT_EQ(start(2, test::rom_start), Error::success);
}

// CHECKLIST 66.
TEST_F(SbiHarts, StopsForGoodAndCanBeStartedAgainAThousandTimes)
{
    test::FakeHost other{guest_, 1};
    for (unsigned round = 0; round < 1000; ++round) {
        ASSERT_EQ(start(1, ram_start, round), Error::success);
        ASSERT_EQ(guest_.harts.take_start(1)->opaque, round);
        ASSERT_EQ(other.call(Extension::hart_state, HartState::stop), SbiOutcome{Kind::stop});
        ASSERT_EQ(status(1).value, static_cast<uint64_t>(HartStatus::stop_pending));
        guest_.harts.finish_stop(1);
        ASSERT_EQ(status(1).value, static_cast<uint64_t>(HartStatus::stopped));
    }
}

// HOSTILE 19.
TEST_F(SbiHarts, LetsTheLastRunningHartStop)
{
    EXPECT_EQ(host_.call(Extension::hart_state, HartState::stop).kind, Kind::stop);
}

// CHECKLIST 67.
TEST_F(SbiHarts, GiveTheirStatusOrRefuseAHartThatIsNone)
{
    EXPECT_EQ(status(0), (SbiReturn{Error::success, static_cast<uint64_t>(HartStatus::started)}));
    EXPECT_EQ(status(3), (SbiReturn{Error::success, static_cast<uint64_t>(HartStatus::stopped)}));
    for (const uint64_t hart : {uint64_t{4}, uint64_t{64}, uint64_t{1} << 32, UINT64_MAX}) {
        EXPECT_EQ(status(hart), (SbiReturn{Error::invalid_param, 0}));
    }
}

// CHECKLIST 68: a retentive suspend returns 0, and does not look at the address.
TEST_F(SbiHarts, SuspendRetentivelyAndReturn)
{
    for (const uint64_t type : {retentive, retentive | uint64_t{1} << 63, retentive | uint64_t{1} << 32}) {
        const SbiOutcome outcome = suspend(type, 0, 5);
        EXPECT_EQ(outcome.kind, Kind::suspend);
        EXPECT_FALSE(outcome.resume_at || outcome.whole_system);
        EXPECT_EQ(outcome.a0, 0U);
        EXPECT_EQ(outcome.a1, 0U);
        EXPECT_EQ(guest_.harts.status(0), HartStatus::suspend_pending);
        resume();
    }
}

// CHECKLIST 68.
TEST_F(SbiHarts, SuspendNonRetentivelyAndGoOnWhereTold)
{
    for (const uint64_t type :
         {non_retentive, non_retentive | uint64_t{1} << 63, uint64_t{0xffff'ffff} << 32 | non_retentive}) {
        const SbiOutcome outcome = suspend(type, ram_start + 4, UINT64_MAX - 7);
        EXPECT_EQ(outcome.kind, Kind::suspend);
        EXPECT_EQ(outcome.resume_at, (HartEntry{GuestPhysAddr{ram_start + 4}, UINT64_MAX - 7}));
        EXPECT_FALSE(outcome.whole_system);
        resume();
    }
}

// CHECKLIST 68, HOSTILE 19.
TEST_F(SbiHarts, RefuseReservedAndForeignSuspendTypesAndBadAddresses)
{
    for (const uint64_t type : {1ULL, 0x0fff'ffffULL, 0x1000'0000ULL, 0x7fff'ffffULL, 0x8000'0001ULL,
                                0x9000'0000ULL, 0xffff'ffffULL, ~0ULL}) {
        EXPECT_EQ(result_of(suspend(type)), (SbiReturn{Error::invalid_param, 0})) << std::hex << type;
    }
    for (const uint64_t pc : {uint64_t{0}, ram_end, test::data_start, ram_start + 1}) {
        EXPECT_EQ(result_of(suspend(non_retentive, pc)), (SbiReturn{Error::invalid_address, 0}));
    }
    EXPECT_EQ(guest_.harts.status(0), HartStatus::started);
}

// CHECKLIST 74.
TEST_F(SbiHarts, SuspendTheSystemFromTheLastHartThatRuns)
{
    for (const uint64_t type : {0ULL, 1ULL << 32}) {
        const SbiOutcome outcome = sleep(type, ram_start + 8, 9);
        EXPECT_EQ(outcome.kind, Kind::suspend);
        EXPECT_TRUE(outcome.whole_system);
        EXPECT_EQ(outcome.resume_at, (HartEntry{GuestPhysAddr{ram_start + 8}, 9}));
        resume();
    }
}

// CHECKLIST 74, HOSTILE 38.
TEST_F(SbiHarts, DoNotSuspendTheSystemWhileAnotherHartIsNotStopped)
{
    const auto denied = [&] { return result_of(sleep(0)) == SbiReturn{Error::denied, 0}; };
    ASSERT_EQ(start(2, ram_start), Error::success);
    EXPECT_TRUE(denied());
    ASSERT_TRUE(guest_.harts.take_start(2));
    EXPECT_TRUE(denied());
    guest_.harts.begin_suspend(2);
    EXPECT_TRUE(denied());
    guest_.harts.finish_suspend(2);
    EXPECT_TRUE(denied());
    guest_.harts.begin_resume(2);
    guest_.harts.finish_resume(2);
    guest_.harts.begin_stop(2);
    EXPECT_TRUE(denied());
    guest_.harts.finish_stop(2);
    EXPECT_EQ(sleep(0).kind, Kind::suspend);
}

// CHECKLIST 74, HOSTILE 38.
TEST_F(SbiHarts, RefuseReservedSleepTypesAndBadAddresses)
{
    for (const uint64_t type : {1ULL, 0x7fff'ffffULL, 0x8000'0000ULL, 0xffff'ffffULL}) {
        EXPECT_EQ(result_of(sleep(type)), (SbiReturn{Error::invalid_param, 0}));
    }
    for (const uint64_t pc : {uint64_t{0}, ram_end, test::data_start, ram_start + 1, UINT64_MAX}) {
        EXPECT_EQ(result_of(sleep(0, pc)), (SbiReturn{Error::invalid_address, 0}));
    }
    EXPECT_EQ(guest_.harts.status(0), HartStatus::started);
}

// CHECKLIST 69, HOSTILE 22.
TEST_F(SbiHarts, ResetTheGuestAsAskedAndDoNotReturn)
{
    const uint64_t high = 1ULL << 32;
    for (const ResetType type : {ResetType::shutdown, ResetType::cold_reboot, ResetType::warm_reboot}) {
        for (const ResetReason reason : {ResetReason::none, ResetReason::system_failure}) {
            const SbiOutcome outcome =
                reset(static_cast<uint64_t>(type) | high, static_cast<uint64_t>(reason) | high);
            EXPECT_EQ(outcome.kind, Kind::reset);
            EXPECT_EQ(outcome.reset_type, type);
            EXPECT_EQ(outcome.reset_reason, reason);
        }
    }
}

// CHECKLIST 69, HOSTILE 22.
TEST_F(SbiHarts, RefuseReservedAndForeignResets)
{
    for (const uint64_t bad : {3ULL, 0xefff'ffffULL, 0xf000'0000ULL, 0xffff'ffffULL}) {
        EXPECT_EQ(result_of(reset(bad, 0)), (SbiReturn{Error::invalid_param, 0}));
    }
    for (const uint64_t bad : {2ULL, 0xdfff'ffffULL, 0xe000'0000ULL, 0xf000'0000ULL, 0xffff'ffffULL}) {
        EXPECT_EQ(result_of(reset(0, bad)), (SbiReturn{Error::invalid_param, 0}));
    }
}

}  // namespace
}  // namespace hv::vm

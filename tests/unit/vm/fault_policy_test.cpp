// What becomes of a guest that has ended, by every rule; and the count of restarts against a model.
#include <hv/vm/fault_policy.hpp>

#include <deque>

#include <gtest/gtest.h>

namespace hv::vm {
namespace {

using Action = Verdict::Action;
using Report = Verdict::Report;

constexpr uint64_t second = 1000;  // ticks

FaultPolicySettings settings(OnFault on_fault, OnFault on_watchdog = OnFault::stop)
{
    return {.on_fault = on_fault, .on_watchdog = on_watchdog, .ticks_per_second = second};
}

TEST(FaultPolicy, EachWayToEndHasItsOwnAnswer)
{
    FaultPolicy policy{settings(OnFault::restart, OnFault::halt_machine)};
    EXPECT_EQ(policy.judge(GuestEnding::fault, 1).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::watchdog, 2).action, Action::halt_machine);
    EXPECT_EQ(policy.judge(GuestEnding::shutdown, 3).action, Action::stop);
    EXPECT_EQ(policy.judge(GuestEnding::reboot, 4).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::operator_stop, 5).action, Action::stop);
    EXPECT_EQ(policy.judge(GuestEnding::operator_restart, 6).action, Action::restart);
}

TEST(FaultPolicy, WhatIsNotSaidIsToStop)
{
    FaultPolicy policy{FaultPolicySettings{}};
    EXPECT_EQ(policy.judge(GuestEnding::fault, 1).action, Action::stop);
    EXPECT_EQ(policy.judge(GuestEnding::watchdog, 2).action, Action::stop);
}

TEST(FaultPolicy, FaultsAndWatchdogsAreFailuresAndNothingElseIs)
{
    FaultPolicy policy{settings(OnFault::stop)};
    EXPECT_TRUE(policy.judge(GuestEnding::fault, 1).failed);
    EXPECT_TRUE(policy.judge(GuestEnding::watchdog, 1).failed);
    EXPECT_FALSE(policy.judge(GuestEnding::shutdown, 1).failed);
    EXPECT_FALSE(policy.judge(GuestEnding::reboot, 1).failed);
    EXPECT_FALSE(policy.judge(GuestEnding::operator_stop, 1).failed);
    EXPECT_FALSE(policy.judge(GuestEnding::operator_restart, 1).failed);
}

TEST(FaultPolicy, EveryEndingThatTheGuestDidNotAskForIsReported)
{
    FaultPolicy policy{settings(OnFault::restart)};
    EXPECT_EQ(policy.judge(GuestEnding::fault, 1).report, Report::whole);
    EXPECT_EQ(policy.judge(GuestEnding::watchdog, 1).report, Report::whole);
    EXPECT_EQ(policy.judge(GuestEnding::operator_stop, 1).report, Report::whole);
    EXPECT_EQ(policy.judge(GuestEnding::operator_restart, 1).report, Report::whole);
    EXPECT_EQ(policy.judge(GuestEnding::shutdown, 1).report, Report::none);
    EXPECT_EQ(policy.judge(GuestEnding::reboot, 1).report, Report::none);
}

TEST(FaultPolicy, TheLimitCountsFaultsAndWatchdogsTogetherAndRebootsNot)
{
    FaultPolicy policy{settings(OnFault::restart, OnFault::restart)};
    EXPECT_EQ(policy.judge(GuestEnding::fault, 1).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::reboot, 2).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::watchdog, 3).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 4).action, Action::restart);
    EXPECT_EQ(policy.restarts(), 3);
    const Verdict last = policy.judge(GuestEnding::watchdog, 1'000'000);
    EXPECT_EQ(last.action, Action::stop);
    EXPECT_TRUE(last.limit_reached);
    EXPECT_EQ(policy.judge(GuestEnding::reboot, 1'000'001).action, Action::restart);
}

TEST(FaultPolicy, OnlyWhatWouldHaveBeenRestartedHasReachedTheLimit)
{
    FaultPolicy policy{settings(OnFault::stop)};
    EXPECT_FALSE(policy.judge(GuestEnding::fault, 1).limit_reached);
}

TEST(FaultPolicy, TheOperatorGivesAGuestAllItsRestartsAgain)
{
    FaultPolicySettings once = settings(OnFault::restart);
    once.restart_limit = 1;
    FaultPolicy policy{once};
    EXPECT_EQ(policy.judge(GuestEnding::fault, 1).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 2).action, Action::stop);
    policy.forgive();
    EXPECT_EQ(policy.judge(GuestEnding::fault, 3).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::operator_restart, 4).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 5).action, Action::restart);
}

TEST(FaultPolicy, StartsAreATenthOfASecondApartButForTheOperators)
{
    FaultPolicy policy{settings(OnFault::restart)};
    policy.started(5000);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 5001).start_at, 5100);
    EXPECT_EQ(policy.judge(GuestEnding::reboot, 5099).start_at, 5100);
    EXPECT_EQ(policy.judge(GuestEnding::reboot, 7000).start_at, 7000);
    EXPECT_EQ(policy.judge(GuestEnding::operator_restart, 5001).start_at, 5001);
}

TEST(FaultPolicy, OfManyReportsTenAreWholeAndThenOneInFiveSeconds)
{
    FaultPolicySettings often = settings(OnFault::restart);
    often.restart_limit = 1000;
    FaultPolicy policy{often};
    uint64_t whole = 0;
    for (uint64_t now = 100; now < 100 + 10 * second; now += 100) {
        whole += policy.judge(GuestEnding::fault, now).report == Report::whole ? uint64_t{1} : 0;
    }
    EXPECT_EQ(whole, 11);
}

TEST(FaultPolicy, TheReportOfAGuestThatStaysEndedIsWhole)
{
    FaultPolicySettings often = settings(OnFault::restart);
    often.restart_limit = 20;
    FaultPolicy policy{often};
    for (uint64_t now = 1; now <= 20; ++now) {
        EXPECT_EQ(policy.judge(GuestEnding::fault, now).report, now <= 10 ? Report::whole : Report::one_line);
    }
    EXPECT_EQ(policy.judge(GuestEnding::fault, 21).report, Report::whole);
}

TEST(FaultPolicy, TheWindowIsInSeconds)
{
    FaultPolicySettings in_a_while = settings(OnFault::restart);
    in_a_while.restart_limit = 2;
    in_a_while.restart_window = 10;
    FaultPolicy policy{in_a_while};
    EXPECT_EQ(policy.judge(GuestEnding::fault, 1000).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 2000).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 11'000).action, Action::restart);
    EXPECT_EQ(policy.judge(GuestEnding::fault, 11'999).action, Action::stop);
}

TEST(RestartLog, ALimitWithoutAWindowIsForEver)
{
    RestartLog log{1'000'000, 0};
    for (uint64_t i = 0; i < 1'000'000; ++i) {
        ASSERT_TRUE(log.add(i));
    }
    EXPECT_FALSE(log.add(UINT64_MAX));
}

TEST(RestartLog, IsExactForSmallLimits)
{
    uint64_t random = 12345;
    for (uint32_t limit = 1; limit <= RestartLog::slots; ++limit) {
        constexpr uint64_t window = 1000;
        RestartLog log{limit, window};
        std::deque<uint64_t> model;
        uint64_t now = 0;
        for (unsigned i = 0; i < 2000; ++i) {
            random = random * 6364136223846793005 + 1442695040888963407;
            now += (random >> 40) % (3 * window / limit);
            while (!model.empty() && now - model.front() >= window) {
                model.pop_front();
            }
            const bool allowed = model.size() < limit;
            if (allowed) {
                model.push_back(now);
            }
            ASSERT_EQ(log.add(now), allowed) << "limit " << limit << ", at " << now;
        }
    }
}

TEST(RestartLog, ForgetsLargeNumbersSoonAfterTheWindow)
{
    constexpr uint64_t window = 32'000;
    RestartLog log{1000, window};
    for (uint64_t i = 0; i < 1000; ++i) {
        ASSERT_TRUE(log.add(i * 10));
    }
    EXPECT_FALSE(log.add(10'000));
    EXPECT_FALSE(log.add(window - 1));
    // The first ones are forgotten together, after the last of them.
    EXPECT_TRUE(log.add(window + window / 16));
    RestartLog steady{1000, window};
    for (uint64_t now = 0; now < 20 * window; now += 35) {  // 914 in a window
        ASSERT_TRUE(steady.add(now)) << now;
    }
}

TEST(RestartLog, ARateAboveTheLimitIsRefusedInTime)
{
    constexpr uint64_t window = 32'000;
    RestartLog log{100, window};
    uint64_t allowed = 0;
    for (uint64_t now = 0; now < 10 * window; now += 10) {
        allowed += log.add(now) ? uint64_t{1} : 0;
    }
    EXPECT_LE(allowed, 1000);
    EXPECT_GE(allowed, 900);
}

}  // namespace
}  // namespace hv::vm

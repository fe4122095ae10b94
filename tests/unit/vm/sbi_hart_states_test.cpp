// Hart states of the SBI: each step, and the races between harts that start one another.
#include <hv/vm/sbi_hart_states.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv::vm {
namespace {

using Status = isa::sbi::HartStatus;
using test::panic_of;

TEST(HartStates, AreAllStoppedAtFirst)
{
    const HartStates harts{64};
    for (unsigned hart = 0; hart < 64; ++hart) {
        EXPECT_EQ(harts.status(hart), Status::stopped);
    }
}

// CHECKLIST 66 and 67.
TEST(HartStates, GoThroughEveryStateInOrder)
{
    HartStates harts{2};
    EXPECT_FALSE(harts.take_start(1));
    EXPECT_TRUE(harts.request_start(1, {GuestPhysAddr{0x8000'0000}, UINT64_MAX}));
    EXPECT_EQ(harts.status(1), Status::start_pending);
    EXPECT_EQ(harts.take_start(1), (HartEntry{GuestPhysAddr{0x8000'0000}, UINT64_MAX}));
    EXPECT_EQ(harts.status(1), Status::started);
    EXPECT_FALSE(harts.take_start(1));
    harts.begin_suspend(1);
    EXPECT_EQ(harts.status(1), Status::suspend_pending);
    harts.finish_suspend(1);
    EXPECT_EQ(harts.status(1), Status::suspended);
    harts.begin_resume(1);
    EXPECT_EQ(harts.status(1), Status::resume_pending);
    harts.finish_resume(1);
    EXPECT_EQ(harts.status(1), Status::started);
    harts.begin_stop(1);
    EXPECT_EQ(harts.status(1), Status::stop_pending);
    harts.finish_stop(1);
    EXPECT_EQ(harts.status(1), Status::stopped);
    EXPECT_EQ(harts.status(0), Status::stopped);
}

// CHECKLIST 65, HOSTILE 18.
TEST(HartStates, GrantAStartOnlyOfAStoppedHart)
{
    HartStates harts{1};
    const auto refused = [&] { return !harts.request_start(0, {GuestPhysAddr{2}, 2}); };
    ASSERT_TRUE(harts.request_start(0, {GuestPhysAddr{4}, 4}));
    EXPECT_TRUE(refused());
    EXPECT_EQ(harts.take_start(0), (HartEntry{GuestPhysAddr{4}, 4}));
    EXPECT_TRUE(refused());
    harts.begin_suspend(0);
    EXPECT_TRUE(refused());
    harts.finish_suspend(0);
    EXPECT_TRUE(refused());
    harts.begin_resume(0);
    EXPECT_TRUE(refused());
    harts.finish_resume(0);
    harts.begin_stop(0);
    EXPECT_TRUE(refused());
    harts.finish_stop(0);
    EXPECT_FALSE(refused());
}

TEST(HartStates, PanicOnAStepThatTheHartCannotTake)
{
    HartStates harts{1};
    EXPECT_EQ(panic_of([&] { harts.begin_stop(0); }), "hart 0 of a guest goes to state 3 from 1, not from 0");
    EXPECT_EQ(panic_of([] { HartStates{0}; }), "a guest of 0 harts");
    EXPECT_EQ(panic_of([] { HartStates{65}; }), "a guest of 65 harts");
}

TEST(HartStates, KnowWhenAllOthersAreStopped)
{
    HartStates harts{3};
    ASSERT_TRUE(harts.request_start(0, {}));
    ASSERT_TRUE(harts.take_start(0));
    EXPECT_TRUE(harts.all_others_stopped(0));
    EXPECT_FALSE(harts.all_others_stopped(1));
    ASSERT_TRUE(harts.request_start(2, {}));
    EXPECT_FALSE(harts.all_others_stopped(0));
    ASSERT_TRUE(harts.take_start(2));
    EXPECT_FALSE(harts.all_others_stopped(0));
    harts.begin_stop(2);
    EXPECT_FALSE(harts.all_others_stopped(0));
    harts.finish_stop(2);
    EXPECT_TRUE(harts.all_others_stopped(0));
}

TEST(HartStates, AreAllStoppedAgainForAGuestThatIsRestarted)
{
    HartStates harts{2};
    ASSERT_TRUE(harts.request_start(0, {}));
    ASSERT_TRUE(harts.request_start(1, {}));
    ASSERT_TRUE(harts.take_start(1));
    harts.stop_all();
    EXPECT_FALSE(harts.take_start(0));
    EXPECT_TRUE(harts.request_start(0, {}));
    EXPECT_TRUE(harts.request_start(1, {}));
}

// HOSTILE 18: of two that start one hart at once, one succeeds; no start is lost, and none is done twice.
TEST(HartStates, GiveOneOfSeveralThatStartAHartAtOnceItsStart)
{
    constexpr unsigned starters = 3;
    constexpr uint64_t rounds = 1000;
    HartStates harts{4};
    std::atomic<uint64_t> granted = 0;
    std::atomic<bool> done = false;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < starters; ++i) {
        threads.emplace_back([&, i] {
            for (uint64_t n = 0; !done.load(); ++n) {
                const uint64_t opaque = n << 2 | i;
                if (harts.request_start(3, {GuestPhysAddr{opaque * 3}, opaque})) {
                    granted.fetch_add(1);
                } else {
                    std::this_thread::yield();
                }
            }
        });
    }
    uint64_t taken = 0;
    bool torn = false;
    while (taken < rounds) {
        if (const auto entry = harts.take_start(3)) {
            torn = torn || entry->pc.value() != entry->opaque * 3;
            ++taken;
            harts.begin_stop(3);
            harts.finish_stop(3);
        } else {
            std::this_thread::yield();
        }
    }
    done = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
    taken += harts.take_start(3) ? 1U : 0U;
    EXPECT_EQ(granted.load(), taken);
    EXPECT_FALSE(torn);
}

// A relay: a hart starts the next and stops itself, so at every moment one of the two runs or is about to.
TEST(HartStates, NeverCallAHartAloneWhileTwoOthersTakeTurns)
{
    constexpr unsigned rounds = 50'000;
    // The first and the last that are looked at, so that there is time in between for what must not be missed.
    constexpr unsigned first = 1;
    constexpr unsigned last = 63;
    HartStates harts{64};
    for (const unsigned hart : {0U, first}) {
        ASSERT_TRUE(harts.request_start(hart, {}));
        ASSERT_TRUE(harts.take_start(hart));
    }
    std::atomic<bool> done = false;
    std::atomic<unsigned> wrong = 0;
    std::thread observer{[&] {
        while (!done.load()) {
            wrong += harts.all_others_stopped(0) ? 1U : 0U;
        }
    }};
    std::thread relay{[&] {
        for (unsigned round = 0; round < rounds; ++round) {
            const unsigned from = round % 2 == 0 ? first : last;
            const unsigned to = first + last - from;
            EXPECT_TRUE(harts.request_start(to, {}));
            EXPECT_TRUE(harts.take_start(to));
            harts.begin_stop(from);
            harts.finish_stop(from);
        }
    }};
    relay.join();
    done = true;
    observer.join();
    EXPECT_EQ(wrong.load(), 0U);
}

}  // namespace
}  // namespace hv::vm

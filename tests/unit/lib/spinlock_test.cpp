// The spin lock, with threads for harts.
#include <hv/lib/spinlock.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv {
namespace {

using test::panic_of;
using testing::StartsWith;

class SpinLockTest : public testing::Test {
protected:
    SpinLockTest()
    {
        seam::interrupts_enabled = 2;
        seam::this_hart_bit = 1;
    }
    SpinLock lock_;  // guards nothing but the test's idea of who holds it
};

TEST_F(SpinLockTest, KeepsInterruptsOffWhileItIsHeldAndThenPutsThemBack)
{
    {
        const SpinLock::Held held{lock_};
        EXPECT_EQ(seam::interrupts_enabled, 0U);
    }
    EXPECT_EQ(seam::interrupts_enabled, 2U);
}

TEST_F(SpinLockTest, LeavesInterruptsOffThatWereOffBefore)
{
    seam::interrupts_enabled = 0;
    {
        const SpinLock::Held held{lock_};
    }
    EXPECT_EQ(seam::interrupts_enabled, 0U);
}

TEST_F(SpinLockTest, PutsInterruptsBackOnlyAtTheEndOfTheOuterOfTwoLocks)
{
    SpinLock other;  // guards nothing
    {
        const SpinLock::Held outer{lock_};
        {
            const SpinLock::Held inner{other};
        }
        EXPECT_EQ(seam::interrupts_enabled, 0U);
    }
    EXPECT_EQ(seam::interrupts_enabled, 2U);
}

TEST_F(SpinLockTest, PanicsWhenAHartTakesItTwiceAndStillHoldsItAfterwards)
{
    {
        const SpinLock::Held held{lock_};
        EXPECT_THAT(panic_of([&] { const SpinLock::Held again{lock_}; }), StartsWith("deadlock: this hart"));
        EXPECT_EQ(seam::interrupts_enabled, 0U);
        EXPECT_FALSE(lock_.try_hold());
    }
    EXPECT_TRUE(lock_.try_hold());
    EXPECT_EQ(seam::interrupts_enabled, 2U);
}

TEST_F(SpinLockTest, CanBeTriedWhileThisHartHoldsItWithoutAPanic)
{
    const SpinLock::Held held{lock_};
    EXPECT_FALSE(lock_.try_hold());
    EXPECT_FALSE(lock_.hold_within(1000));
}

TEST_F(SpinLockTest, TriesAsOftenAsItIsToldAndLeavesNoTraceThen)
{
    std::optional<SpinLock::Held> held{lock_};
    std::thread{[&] {
        seam::this_hart_bit = 2;
        EXPECT_FALSE(lock_.hold_within(0));
        EXPECT_FALSE(lock_.hold_within(1));
        EXPECT_FALSE(lock_.hold_within(1000));
        EXPECT_EQ(seam::interrupts_enabled, 2U);
    }}.join();
    held.reset();
    std::thread{[&] {
        seam::this_hart_bit = 2;
        // Would panic had the tries left this hart's bit behind.
        const SpinLock::Held later{lock_};
        EXPECT_EQ(seam::interrupts_enabled, 0U);
    }}.join();
    EXPECT_TRUE(lock_.try_hold());
}

TEST_F(SpinLockTest, IsTakenByATryThatFindsItFreeAndHeldUntilTheHolderEnds)
{
    {
        const std::optional<SpinLock::Held> held = lock_.try_hold();
        ASSERT_TRUE(held);
        EXPECT_EQ(seam::interrupts_enabled, 0U);
        EXPECT_THAT(panic_of([&] { const SpinLock::Held again{lock_}; }), StartsWith("deadlock"));
    }
    EXPECT_EQ(seam::interrupts_enabled, 2U);
    const SpinLock::Held held{lock_};
}

TEST_F(SpinLockTest, WorksForTheHartOfTheHighestBit)
{
    seam::this_hart_bit = uint32_t{1} << 31;
    const SpinLock::Held held{lock_};
    EXPECT_THAT(panic_of([&] { const SpinLock::Held again{lock_}; }), StartsWith("deadlock"));
}

TEST_F(SpinLockTest, LetsOneOfEightHartsInAtATime)
{
    constexpr unsigned harts = 8;
    constexpr unsigned rounds = 2000;
    uint64_t count = 0;  // not atomic: the lock's work
    std::atomic<unsigned> inside{0};
    std::atomic<unsigned> intrusions{0};
    std::vector<std::thread> threads;
    for (unsigned hart = 0; hart < harts; ++hart) {
        threads.emplace_back([&, hart] {
            seam::this_hart_bit = uint32_t{1} << hart;
            for (unsigned i = 0; i < rounds; ++i) {
                const SpinLock::Held held{lock_};
                intrusions += inside.fetch_add(1) != 0 ? 1 : 0;
                ++count;
                inside.fetch_sub(1);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(count, uint64_t{harts} * rounds);
    EXPECT_EQ(intrusions, 0U);
}

TEST_F(SpinLockTest, MixesWaitersAndTriersWithoutLosingAnUpdate)
{
    uint64_t count = 0;
    std::atomic<uint64_t> successes{0};
    std::vector<std::thread> threads;
    for (unsigned hart = 0; hart < 4; ++hart) {
        threads.emplace_back([&, hart] {
            seam::this_hart_bit = uint32_t{1} << hart;
            for (unsigned i = 0; i < 2000; ++i) {
                if (hart % 2 == 0) {
                    const SpinLock::Held held{lock_};
                    ++count;
                    ++successes;
                } else if (const auto held = lock_.hold_within(3)) {
                    ++count;
                    ++successes;
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(count, successes);
}

}  // namespace
}  // namespace hv

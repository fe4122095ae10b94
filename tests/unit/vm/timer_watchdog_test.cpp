// When the watchdog of a guest that knows nothing of it bites, and when it does not.
#include <hv/vm/timer_watchdog.hpp>

#include <gtest/gtest.h>

namespace hv::vm {
namespace {

constexpr uint64_t limit = 800;
constexpr TimerView idle{};
constexpr TimerView due{.due = true, .set_to = 5, .enabled = true};
constexpr TimerView due_and_masked{.due = true, .set_to = 5};
constexpr TimerView due_in_sleep{.due = true, .set_to = 5, .sleeping = true};

/// When it bites, if the timer looks like that from `start` on; 0 if it does not for a long time.
uint64_t bites_at(TimerWatchdog& watchdog, uint64_t start, const TimerView& timer)
{
    for (uint64_t now = start; now < start + 100 * limit; now = watchdog.next_look(now)) {
        if (watchdog.look(now, timer)) {
            return now;
        }
    }
    return 0;
}

TEST(TimerWatchdog, BitesOnceATimerWasUntakenForTheLimit)
{
    TimerWatchdog watchdog{limit};
    EXPECT_EQ(bites_at(watchdog, 1000, due), 1000 + limit);
}

TEST(TimerWatchdog, BitesThoughTheGuestHasMaskedItsTimer)
{
    TimerWatchdog watchdog{limit};
    EXPECT_EQ(bites_at(watchdog, 1000, due_and_masked), 1000 + limit);
}

TEST(TimerWatchdog, SparesAHartThatSleepsWithItsTimerMasked)
{
    TimerWatchdog watchdog{limit};
    EXPECT_EQ(bites_at(watchdog, 1000, due_in_sleep), 0);
}

TEST(TimerWatchdog, AMomentOfSleepIsEnough)
{
    TimerWatchdog watchdog{limit};
    EXPECT_FALSE(watchdog.look(0, due_and_masked));
    EXPECT_FALSE(watchdog.look(700, due_and_masked));
    EXPECT_FALSE(watchdog.look(790, due_in_sleep));
    EXPECT_FALSE(watchdog.look(900, due_and_masked));
    EXPECT_FALSE(watchdog.look(1699, due_and_masked));
    EXPECT_TRUE(watchdog.look(1700, due_and_masked));
}

TEST(TimerWatchdog, SparesAGuestThatSetsItsTimerAgain)
{
    TimerWatchdog watchdog{limit};
    for (uint64_t now = 0; now < 100 * limit; now = watchdog.next_look(now)) {
        ASSERT_FALSE(watchdog.look(now, {.due = true, .set_to = now, .enabled = true}));
    }
}

TEST(TimerWatchdog, SparesAGuestThatWaitsForATimerThatIsNotDue)
{
    TimerWatchdog watchdog{limit};
    EXPECT_EQ(bites_at(watchdog, 1000, idle), 0);
}

TEST(TimerWatchdog, LooksOftenEnoughToSeeATimerBecomeDue)
{
    const TimerWatchdog watchdog{limit};
    EXPECT_EQ(watchdog.next_look(1000), 1000 + limit / 8);
}

TEST(TimerWatchdog, StartsAnewAfterARest)
{
    TimerWatchdog watchdog{limit};
    EXPECT_FALSE(watchdog.look(0, due));
    watchdog.rest();
    EXPECT_EQ(bites_at(watchdog, 700, due), 700 + limit);
}

TEST(TimerWatchdog, ThatIsNotArmedNeverBitesAndNeverLooks)
{
    TimerWatchdog watchdog{0};
    EXPECT_FALSE(watchdog.is_armed());
    EXPECT_FALSE(watchdog.look(0, due));
    EXPECT_FALSE(watchdog.look(1'000'000, due));
    EXPECT_EQ(watchdog.next_look(0), TimerWatchdog::never);
}

TEST(TimerWatchdog, OfTheShortestLimitLooksOnceATick)
{
    TimerWatchdog watchdog{1};
    EXPECT_EQ(watchdog.next_look(7), 8);
}

}  // namespace
}  // namespace hv::vm

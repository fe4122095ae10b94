// The PLIC: what its specification says, a sentence at a time.
#include <hv/dev/plic.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv::dev {
namespace {

using test::panic_of;

constexpr unsigned uart = 10;

class PlicTest : public testing::Test {
protected:
    PlicTest()
    {
        seam::interrupts_enabled = 2;
        seam::this_hart_bit = 1;
    }

    uint64_t load(uint64_t offset)
    {
        const Loaded loaded = plic_.load(offset, 4);
        EXPECT_FALSE(loaded.effects.has_access_fault());
        return loaded.value;
    }
    Effects store(uint64_t offset, uint64_t value) { return plic_.store(offset, 4, value); }
    Effects set_priority(uint64_t source, uint64_t value) { return store(4 * source, value); }
    Effects enable(uint64_t context, uint64_t source)
    {
        const uint64_t offset = 0x2000 + 0x80 * context + source / 32 * 4;
        return store(offset, load(offset) | uint64_t{1} << (source % 32));
    }
    Effects set_threshold(uint64_t context, uint64_t value) { return store(0x20'0000 + 0x1000 * context, value); }
    uint64_t claim(uint64_t context) { return load(0x20'0004 + 0x1000 * context); }
    Effects complete(uint64_t context, uint64_t source) { return store(0x20'0004 + 0x1000 * context, source); }
    bool is_pending(uint64_t source) { return ((load(0x1000 + source / 32 * 4) >> (source % 32)) & 1) != 0; }
    /// Source 10 of priority 1 reaches hart 0.
    void set_up()
    {
        ASSERT_TRUE(set_priority(uart, 1).none());
        ASSERT_TRUE(enable(1, uart).none());
    }

    Plic plic_{2};
};

TEST_F(PlicTest, IsAllZeroWhenNew)
{
    for (uint64_t offset = 0; offset < 0x60'0000; offset += 4) {
        ASSERT_EQ(plic_.load(offset, 4), Loaded{}) << offset;
    }
    EXPECT_EQ(plic_.outputs(), 0U);
}

TEST_F(PlicTest, RaisesTheOutputOfTheHartThatEnablesASourceAndNamesIt)
{
    set_up();
    EXPECT_EQ(plic_.set_level(uart, true), Effects::outputs_of(1));
    EXPECT_EQ(plic_.outputs(), 1U);
    EXPECT_TRUE(is_pending(uart));
}

TEST_F(PlicTest, NamesNoHartWhenNoOutputMoves)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(plic_.set_level(uart, false).none());
}

TEST_F(PlicTest, ClaimGivesTheSourceClearsItsPendingBitAndLowersTheOutput)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(plic_.load(0x20'1004, 4), (Loaded{uart, Effects::outputs_of(1)}));
    EXPECT_FALSE(is_pending(uart));
    EXPECT_EQ(plic_.outputs(), 0U);
    EXPECT_EQ(claim(1), 0U);
}

TEST_F(PlicTest, ClaimWithNothingPendingIsZeroWithoutEffect)
{
    set_up();
    EXPECT_EQ(plic_.load(0x20'1004, 4), Loaded{});
}

TEST_F(PlicTest, ASourceStillHighAfterItsCompletionIsPendingAgain)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(1), uart);
    EXPECT_EQ(complete(1, uart), Effects::outputs_of(1));
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, ASourceLowAtItsCompletionIsNotPendingAgain)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(1), uart);
    EXPECT_TRUE(plic_.set_level(uart, false).none());
    EXPECT_TRUE(complete(1, uart).none());
    EXPECT_EQ(claim(1), 0U);
}

TEST_F(PlicTest, ASourceThatRisesAgainBeforeItsCompletionWaitsForIt)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(1), uart);
    EXPECT_TRUE(plic_.set_level(uart, false).none());
    EXPECT_TRUE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(1), 0U);
    EXPECT_EQ(complete(1, uart), Effects::outputs_of(1));
}

TEST_F(PlicTest, ASourceThatFallsAfterItWasForwardedStaysPending)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(plic_.set_level(uart, false).none());
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, IgnoresACompletionOfWhatWasNotClaimed)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(complete(1, uart).none());
    EXPECT_TRUE(complete(1, 0).none());
    EXPECT_TRUE(complete(1, 1024).none());
    EXPECT_TRUE(complete(1, 0xffff'ffff).none());
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, IgnoresACompletionByAContextThatDoesNotEnableTheSource)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(1), uart);
    EXPECT_TRUE(complete(3, uart).none());
    EXPECT_EQ(claim(1), 0U);
    EXPECT_FALSE(complete(1, uart).none());
}

TEST_F(PlicTest, TakesACompletionByAnotherContextThatEnablesTheSource)
{
    set_up();
    EXPECT_TRUE(enable(3, uart).none());
    EXPECT_EQ(plic_.set_level(uart, true), Effects::outputs_of(3));
    EXPECT_EQ(claim(1), uart);
    EXPECT_EQ(complete(3, uart), Effects::outputs_of(3));
}

TEST_F(PlicTest, GivesASourceToOneHartOnly)
{
    set_up();
    EXPECT_TRUE(enable(3, uart).none());
    EXPECT_EQ(plic_.set_level(uart, true), Effects::outputs_of(3));
    EXPECT_EQ(plic_.load(0x20'3004, 4), (Loaded{uart, Effects::outputs_of(3)}));
    EXPECT_EQ(claim(1), 0U);
}

TEST_F(PlicTest, GivesNothingToAContextThatDoesNotEnableTheSource)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(0), 0U);
    EXPECT_EQ(claim(2), 0U);
    EXPECT_EQ(claim(3), 0U);
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, NeverDeliversASourceOfPriorityZero)
{
    EXPECT_TRUE(enable(1, uart).none());
    EXPECT_TRUE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(is_pending(uart));
    EXPECT_EQ(claim(1), 0U);
    EXPECT_EQ(set_priority(uart, 1), Effects::outputs_of(1));
    EXPECT_EQ(set_priority(uart, 0), Effects::outputs_of(1));
}

TEST_F(PlicTest, AnOutputThatStaysHighOverAChangeOfPriorityIsNeverSeenLow)
{
    // Nobody would tell a hart that saw it low to look again. With many harts the moment would be long enough.
    Plic plic{Plic::max_harts};
    ASSERT_TRUE(plic.store(4 * uart, 4, 1).none());
    for (uint64_t hart = 0; hart < Plic::max_harts; hart++) {
        ASSERT_TRUE(plic.store(0x2080 + 0x100 * hart, 4, 1 << uart).none());
    }
    ASSERT_FALSE(plic.set_level(uart, true).none());
    ASSERT_EQ(plic.outputs(), 0xffff'ffffU);
    std::atomic<bool> done = false;
    std::atomic<bool> seen_low = false;
    std::thread other{[&] {
        while (!done.load()) {
            if (plic.outputs() != 0xffff'ffffU) {
                seen_low = true;
            }
        }
    }};
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{200};
    for (uint64_t i = 0; std::chrono::steady_clock::now() < end; i++) {
        EXPECT_TRUE(plic.store(4 * uart, 4, 1 + i % 2).none());
    }
    done = true;
    other.join();
    EXPECT_FALSE(seen_low.load());
}

TEST_F(PlicTest, TheThresholdMasksPrioritiesUpToItself)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(set_priority(uart, 5).none());
    EXPECT_TRUE(set_threshold(1, 4).none());
    EXPECT_EQ(set_threshold(1, 5), Effects::outputs_of(1));
    EXPECT_EQ(plic_.outputs(), 0U);
    EXPECT_TRUE(set_threshold(1, 7).none());
    EXPECT_EQ(set_threshold(1, 0), Effects::outputs_of(1));
}

TEST_F(PlicTest, AClaimIsNotAffectedByTheThreshold)
{
    set_up();
    EXPECT_TRUE(set_threshold(1, 7).none());
    EXPECT_TRUE(plic_.set_level(uart, true).none());
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, GivesTheHighestPriorityFirstAndOfEqualsTheLowestNumber)
{
    const std::array<std::pair<unsigned, uint64_t>, 6> sources{
        {{1023, 7}, {31, 3}, {32, 3}, {64, 3}, {1, 2}, {500, 7}}};
    for (const auto& [source, priority] : sources) {
        EXPECT_TRUE(set_priority(source, priority).none());
        EXPECT_TRUE(enable(1, source).none());
    }
    for (const auto& [source, priority] : sources) {
        (void)plic_.set_level(source, true);
    }
    std::vector<uint64_t> order;
    for (uint64_t source = claim(1); source != 0 && order.size() < 10; source = claim(1)) {
        order.push_back(source);
    }
    EXPECT_THAT(order, testing::ElementsAre(500, 1023, 31, 32, 64, 1));
}

TEST_F(PlicTest, DeliversAllOf1023SourcesOnceEach)
{
    for (unsigned source = 1; source <= Plic::last_source; source++) {
        EXPECT_TRUE(set_priority(source, 1 + source % 7).none());
        EXPECT_TRUE(enable(3, source).none());
    }
    for (unsigned source = 1; source <= Plic::last_source; source++) {
        (void)plic_.set_level(source, true);
    }
    std::vector<bool> seen(1024);
    for (unsigned i = 0; i < Plic::last_source; i++) {
        EXPECT_EQ(plic_.outputs(), 2U);
        const uint64_t source = claim(3);
        ASSERT_NE(source, 0U);
        EXPECT_FALSE(seen[source]);
        seen[source] = true;
    }
    EXPECT_EQ(claim(3), 0U);
    EXPECT_EQ(plic_.outputs(), 0U);
}

TEST_F(PlicTest, DeliversASourceThatIsEnabledWhileItIsPending)
{
    EXPECT_TRUE(set_priority(uart, 1).none());
    EXPECT_TRUE(plic_.set_level(uart, true).none());
    EXPECT_EQ(enable(3, uart), Effects::outputs_of(2));
    EXPECT_EQ(store(0x2000 + 0x80 * 3, 0), Effects::outputs_of(2));
    EXPECT_EQ(plic_.outputs(), 0U);
}

TEST_F(PlicTest, AMachineModeContextHasRegistersAndAnOutputThatLeadsNowhere)
{
    EXPECT_TRUE(set_priority(uart, 1).none());
    EXPECT_TRUE(enable(0, uart).none());
    EXPECT_TRUE(set_threshold(0, 3).none());
    EXPECT_EQ(load(0x20'0000), 3U);
    EXPECT_EQ(load(0x2000), uint64_t{1} << uart);
    EXPECT_TRUE(plic_.set_level(uart, true).none());
    EXPECT_EQ(plic_.outputs(), 0U);
    EXPECT_EQ(claim(0), uart);
}

TEST_F(PlicTest, KeepsThreeBitsOfPrioritiesAndThresholds)
{
    EXPECT_TRUE(set_priority(7, 0xffff'fffd).none());
    EXPECT_EQ(load(4 * 7), 5U);
    EXPECT_TRUE(set_threshold(3, 0xffff'fff9).none());
    EXPECT_EQ(load(0x20'3000), 1U);
}

TEST_F(PlicTest, HasNoSourceZero)
{
    EXPECT_TRUE(set_priority(0, 7).none());
    EXPECT_EQ(load(0), 0U);
    EXPECT_TRUE(store(0x2080, 0xffff'ffff).none());
    EXPECT_EQ(load(0x2080), 0xffff'fffeU);
}

TEST_F(PlicTest, IgnoresStoresToPendingBits)
{
    EXPECT_TRUE(store(0x1000, 0xffff'ffff).none());
    EXPECT_EQ(load(0x1000), 0U);
}

TEST_F(PlicTest, ReadsHolesAndAbsentContextsAsZeroAndIgnoresStoresThere)
{
    for (const uint64_t offset : {0x1080U, 0x1ffcU, 0x2000U + 4 * 0x80, 0x1f'fffcU, 0x20'0008U, 0x20'0ffcU,
                                  0x20'4000U, 0x20'4004U, 0x5f'fffcU}) {
        EXPECT_TRUE(store(offset, 0xffff'ffff).none()) << offset;
        EXPECT_EQ(plic_.load(offset, 4), Loaded{}) << offset;
    }
    EXPECT_EQ(plic_.load(UINT64_MAX - 3, 4), Loaded{});
    EXPECT_TRUE(store(UINT64_MAX - 3, 1).none());
}

TEST_F(PlicTest, RefusesEveryAccessButOf32BitsNaturallyAligned)
{
    for (const uint64_t base : {0x28U, 0x1000U, 0x2080U, 0x20'1000U, 0x20'1004U, 0x50'0000U}) {
        for (const uint64_t width : {1U, 2U, 8U}) {
            EXPECT_TRUE(plic_.load(base, width).effects.has_access_fault());
            EXPECT_TRUE(plic_.store(base, width, 1).has_access_fault());
        }
        for (const uint64_t off : {1U, 2U, 3U}) {
            EXPECT_TRUE(plic_.load(base + off, 4).effects.has_access_fault());
            EXPECT_TRUE(plic_.store(base + off, 4, 1).has_access_fault());
        }
    }
    EXPECT_EQ(load(0x28), 0U);
    EXPECT_EQ(load(0x20'1000), 0U);
}

TEST_F(PlicTest, ARefusedLoadOfTheClaimRegisterClaimsNothing)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(plic_.load(0x20'1004, 8).effects.has_access_fault());
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, UsesTheLow32BitsOfAStoredValue)
{
    EXPECT_TRUE(set_priority(5, 0xffff'ffff'0000'0003).none());
    EXPECT_EQ(load(20), 3U);
    EXPECT_TRUE(store(0x2080, 0xffff'ffff'0000'0020).none());
    EXPECT_EQ(load(0x2080), 0x20U);
}

TEST_F(PlicTest, ResetForgetsAllButTheLevelsOfItsSources)
{
    set_up();
    EXPECT_TRUE(set_threshold(3, 4).none());
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_TRUE(plic_.set_level(11, true).none());
    EXPECT_EQ(claim(1), uart);
    EXPECT_TRUE(plic_.set_level(11, false).none());
    EXPECT_TRUE(plic_.reset().none());
    EXPECT_EQ(load(4 * uart), 0U);
    EXPECT_EQ(load(0x2080), 0U);
    EXPECT_EQ(load(0x20'3000), 0U);
    EXPECT_TRUE(is_pending(uart)) << "still high, and no longer claimed";
    EXPECT_FALSE(is_pending(11)) << "pending before, and low by now";
}

TEST_F(PlicTest, ResetNamesTheHartsWhoseOutputWasHigh)
{
    set_up();
    EXPECT_FALSE(plic_.set_level(uart, true).none());
    EXPECT_EQ(plic_.reset(), Effects::outputs_of(1));
    EXPECT_EQ(plic_.outputs(), 0U);
}

TEST_F(PlicTest, PanicsForASourceOrANumberOfHartsThatCannotBe)
{
    EXPECT_EQ(panic_of([&] { (void)plic_.set_level(0, true); }), "there is no interrupt source 0");
    EXPECT_EQ(panic_of([&] { (void)plic_.set_level(1024, true); }), "there is no interrupt source 1024");
    EXPECT_EQ(panic_of([] { Plic{0}; }), "a PLIC for 0 harts");
    EXPECT_EQ(panic_of([] { Plic{33}; }), "a PLIC for 33 harts");
}

// --- several harts at once ---

/// Four harts share eight level sources. Each hart knows its output only from being named.
class Harts {
public:
    static constexpr unsigned count = 4;
    static constexpr unsigned sources = 8;
    static constexpr int work_each = 400;

    Harts()
    {
        for (unsigned source = 1; source <= sources; source++) {
            (void)plic_.store(4 * source, 4, 1 + source % 3);
            work_[source] = work_each;
        }
        for (unsigned hart = 0; hart < count; hart++) {
            (void)plic_.store(0x2080 + 0x100 * hart, 4, (2U << sources) - 2);
        }
    }

    void run()
    {
        std::vector<std::thread> threads;
        for (unsigned hart = 0; hart < count; hart++) {
            threads.emplace_back([this, hart] { run_hart(hart); });
        }
        for (unsigned source = 1; source <= sources; source++) {
            ring(plic_.set_level(source, true));
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }

    std::atomic<int> left_ = sources * work_each;
    std::atomic<int> shared_claims_ = 0;
    Plic plic_{count};

private:
    void ring(Effects effects)
    {
        for (unsigned hart = 0; hart < count; hart++) {
            if (((effects.harts() >> hart) & 1) != 0) {
                bells_[hart].store(true);
            }
        }
    }

    void run_hart(unsigned hart)
    {
        seam::this_hart_bit = 2U << hart;
        const uint64_t claim_register = 0x20'1004 + 0x2000 * uint64_t{hart};
        bool output = false;
        while (left_.load() > 0 && std::chrono::steady_clock::now() < deadline_) {
            if (bells_[hart].exchange(false)) {
                output = ((plic_.outputs() >> hart) & 1) != 0;
            }
            if (!output) {
                std::this_thread::yield();
                continue;
            }
            const Loaded claimed = plic_.load(claim_register, 4);
            ring(claimed.effects);
            if (claimed.value != 0) {
                serve(static_cast<unsigned>(claimed.value));
                ring(plic_.store(claim_register, 4, claimed.value));
            }
        }
    }

    void serve(unsigned source)
    {
        shared_claims_ += busy_[source].exchange(true) ? 1 : 0;
        if (--work_[source] == 0) {
            ring(plic_.set_level(source, false));
        }
        busy_[source] = false;
        left_--;
    }

    // A lost interrupt ends the test, not only stops it.
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    std::array<std::atomic<bool>, count> bells_{};
    std::array<std::atomic<bool>, sources + 1> busy_{};
    std::array<int, sources + 1> work_{};  // of whoever has claimed the source
};

TEST(PlicOnSeveralHarts, LosesNoInterruptAndGivesNoneToTwoHarts)
{
    Harts harts;
    harts.run();
    EXPECT_EQ(harts.left_, 0);
    EXPECT_EQ(harts.shared_claims_, 0);
    EXPECT_EQ(harts.plic_.outputs(), 0U);
}

TEST_F(PlicTest, ASourceOfTheMachinesIsHighUntilItIsCompleted)
{
    set_up();
    EXPECT_EQ(plic_.raise_until_completed(uart), Effects::outputs_of(1));
    EXPECT_TRUE(plic_.raise_until_completed(uart).none());
    EXPECT_EQ(claim(1), uart);
    EXPECT_TRUE(plic_.raise_until_completed(uart).none());
    EXPECT_EQ(plic_.outputs(), 0U);
    const Effects completed = complete(1, uart);
    EXPECT_EQ(completed.completed_source(), uart);
    EXPECT_TRUE(completed.has_more() && completed.harts() == 0 && !completed.has_input_room());
    // It is low now: neither another completion nor a reset brings it back.
    EXPECT_TRUE(complete(1, uart).none());
    EXPECT_EQ(plic_.reset().completed_source(), 0U);
    EXPECT_FALSE(is_pending(uart));
    EXPECT_EQ(plic_.raise_until_completed(uart).completed_source(), 0U);
}

TEST_F(PlicTest, ASourceOfTheMachinesThatWasNotCompletedPendsAgainAfterAReset)
{
    set_up();
    static_cast<void>(plic_.raise_until_completed(uart));
    EXPECT_EQ(claim(1), uart);
    static_cast<void>(plic_.reset());
    EXPECT_TRUE(is_pending(uart));
    static_cast<void>(set_priority(uart, 1));
    static_cast<void>(enable(1, uart));
    EXPECT_EQ(claim(1), uart);
    EXPECT_EQ(complete(1, uart).completed_source(), uart);
}

TEST_F(PlicTest, ThereIsNoSourceOfTheMachinesBeyondTheLast)
{
    EXPECT_THAT(panic_of([&] { static_cast<void>(plic_.raise_until_completed(0)); }),
                testing::HasSubstr("no interrupt source 0"));
    EXPECT_THAT(panic_of([&] { static_cast<void>(plic_.raise_until_completed(1024)); }),
                testing::HasSubstr("no interrupt source 1024"));
}

}  // namespace
}  // namespace hv::dev

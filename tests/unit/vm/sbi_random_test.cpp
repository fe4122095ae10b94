// The SBI under arguments that nobody chose: the hot path gives what the whole does, and nothing gives too much.
#include <hv/vm/sbi_hot_call.hpp>

#include <random>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::Error;
using isa::sbi::Extension;
using isa::sbi::HartStatus;
using test::ram_start;
using Kind = SbiOutcome::Kind;

/// Arguments that reach beyond the first check, and some that do not.
class Arguments {
public:
    explicit Arguments(unsigned seed) : random_{seed} {}

    SbiCall next() { return {any(), any(), any(), any(), any(), any(), function(), extension()}; }

private:
    uint64_t pick(uint64_t below) { return random_() % below; }
    uint64_t any()
    {
        switch (pick(9)) {
        case 0:
            return pick(12);
        case 1:
            return uint64_t{1} << pick(64);
        case 2:
            return 0 - pick(5);
        case 3:
            return ram_start + pick(0x9000);
        case 4:
            return (pick(2) == 0 ? test::rom_start : test::data_start) + pick(0x1100);
        case 5:
            return pick(0x2000);
        case 6:
            return 0xf0000 + pick(16);
        case 7:
            return random_();
        default:
            return 0;
        }
    }
    uint64_t extension()
    {
        constexpr Extension known[] = {Extension::base,
                                       Extension::timer,
                                       Extension::inter_processor,
                                       Extension::remote_fence,
                                       Extension::hart_state,
                                       Extension::system_reset,
                                       Extension::debug_console,
                                       Extension::performance_monitoring,
                                       Extension::system_suspend,
                                       Extension::firmware_features};
        switch (pick(16)) {
        case 0:
            return random_();
        case 1:
            return pick(18);
        default:
            return static_cast<uint64_t>(known[pick(std::size(known))]);
        }
    }
    uint64_t function() { return pick(16) == 0 ? random_() : pick(10); }

    std::mt19937_64 random_;
};

bool is_legacy(const SbiCall& call)
{
    return call.extension() <= 8;
}

/// What every outcome keeps to, whatever was asked.
void check_outcome(const SbiCall& call, const SbiOutcome& outcome)
{
    const auto error = static_cast<int64_t>(outcome.a0);
    switch (outcome.kind) {
    case Kind::resume:
        if (is_legacy(call)) {
            ASSERT_EQ(outcome.a1, call.a1);
            ASSERT_TRUE(error == 0 || error == -3 || (call.extension() >= 2 && call.extension() <= 3));
            break;
        }
        ASSERT_LE(error, 0);
        ASSERT_GE(error, -14);
        ASSERT_TRUE(error == 0 || outcome.a1 == 0);
        break;
    case Kind::retry:
        ASSERT_TRUE(call.extension() == 1 || call.extension() == static_cast<uint32_t>(Extension::debug_console));
        break;
    case Kind::fault:
        ASSERT_TRUE(call.extension() >= 4 && call.extension() <= 7);
        break;
    case Kind::stop:
        ASSERT_EQ(call.extension(), static_cast<uint32_t>(Extension::hart_state));
        break;
    case Kind::suspend:
        ASSERT_TRUE(!outcome.resume_at || outcome.resume_at->pc == GuestPhysAddr{call.a1});
        break;
    case Kind::reset:
        ASSERT_LE(static_cast<uint32_t>(outcome.reset_type), 2U);
        ASSERT_LE(static_cast<uint32_t>(outcome.reset_reason), 1U);
        break;
    }
}

/// What the metal does after a call, in short: the hart is back in the guest.
void finish(HartStates& harts, unsigned hart, const SbiOutcome& outcome)
{
    if (outcome.kind == Kind::stop) {
        harts.finish_stop(hart);
        ASSERT_TRUE(harts.request_start(hart, {}));
        ASSERT_TRUE(harts.take_start(hart));
    } else if (outcome.kind == Kind::suspend) {
        harts.finish_suspend(hart);
        harts.begin_resume(hart);
        harts.finish_resume(hart);
    }
}

// CHECKLIST 54 to 77, HOSTILE 15 to 22 and 38, all at once.
TEST(SbiUnderRandomCalls, AnswersWithinTheSpecificationAndTouchesNoOne)
{
    test::FakeGuest guest{4};
    guest.start(1);
    test::FakeHost host{guest, 1};
    host.words[ram_start] = 3;
    Arguments arguments{1};
    for (unsigned i = 0; i < 200'000; ++i) {
        if (i % 64 == 0) {
            host.room = i % 1024;
            host.input.assign(i % 300, 'i');
            host.now = {i * 10ULL, i * 7ULL};
        }
        host.written.clear();
        host.sent_ipis.clear();
        host.sent_fences.clear();
        host.own_fences.clear();
        host.timers.clear();
        const SbiCall call = arguments.next();
        const SbiOutcome outcome = handle_call(host, call);
        ASSERT_NO_FATAL_FAILURE(check_outcome(call, outcome)) << "call " << i;
        ASSERT_LE(host.written.size(), max_console_bytes);
        for (const HartMask mask : host.sent_ipis) {
            ASSERT_EQ(mask & ~HartMask{0b1101}, 0U);
        }
        for (const auto& [mask, fence] : host.sent_fences) {
            ASSERT_EQ(mask & ~HartMask{0b1101}, 0U);
            ASSERT_LE(fence.pages, FenceRequest::max_pages);
        }
        ASSERT_NO_FATAL_FAILURE(finish(guest.harts, 1, outcome));
        for (unsigned other = 0; other < 4; ++other) {
            ASSERT_LE(guest.harts.status(other), HartStatus::start_pending);
            if (other != 1 && other != 0 && guest.harts.take_start(other)) {
                guest.harts.begin_stop(other);
                guest.harts.finish_stop(other);
            }
        }
    }
}

// An error, and a call that is no more than a question, leave nothing behind.
TEST(SbiUnderRandomCalls, DoesNothingWhereItFails)
{
    test::FakeGuest guest{4};
    test::FakeHost host{guest};
    Arguments arguments{2};
    for (unsigned i = 0; i < 100'000; ++i) {
        const SbiCall call = arguments.next();
        const SbiOutcome outcome = handle_call(host, call);
        if (outcome.kind == Kind::resume && static_cast<int64_t>(outcome.a0) < 0 && !is_legacy(call)) {
            ASSERT_TRUE(host.idle()) << "call " << i;
        }
        ASSERT_NO_FATAL_FAILURE(finish(guest.harts, 0, outcome));
        host.written.clear();
        host.sent_ipis.clear();
        host.sent_fences.clear();
        host.own_fences.clear();
        host.timers.clear();
        host.woken.clear();
        host.own_ipis = 0;
    }
}

TEST(SbiHotCall, GivesWhatTheWholeGivesOrDoesNothing)
{
    test::FakeGuest guest{4};
    guest.start(2);
    Arguments arguments{3};
    unsigned hot_calls = 0;
    for (unsigned i = 0; i < 200'000; ++i) {
        test::FakeHost hot{guest, 2};
        test::FakeHost whole{guest, 2};
        const SbiCall call = arguments.next();
        uint64_t a0 = call.a0;
        uint64_t a1 = call.a1;
        if (!handle_hot_call(hot, a0, a1, call.a2, call.a3, call.a4, call.a6, call.a7)) {
            ASSERT_TRUE(hot.idle());
            ASSERT_EQ(a0, call.a0);
            ASSERT_EQ(a1, call.a1);
            continue;
        }
        ++hot_calls;
        const SbiOutcome outcome = handle_call(whole, call);
        ASSERT_EQ(outcome.kind, Kind::resume);
        ASSERT_EQ(a0, outcome.a0);
        ASSERT_EQ(a1, outcome.a1);
        ASSERT_EQ(hot.timers, whole.timers);
        ASSERT_EQ(hot.own_ipis, whole.own_ipis);
        ASSERT_EQ(hot.own_fences, whole.own_fences);
        ASSERT_TRUE(whole.sent_ipis.empty() && whole.sent_fences.empty());
    }
    EXPECT_GT(hot_calls, 1000U);
}

// Those that the numbers are about.
TEST(SbiHotCall, AnswersTheCallsThatGuestsMakeAllTheTime)
{
    test::FakeGuest guest{4};
    guest.start(2);
    test::FakeHost host{guest, 2};
    const auto is_hot = [&](Extension extension, uint64_t function, uint64_t a0 = 0, uint64_t a1 = 0) {
        return handle_hot_call(host, a0, a1, 0, 0, 0, function, static_cast<uint64_t>(extension));
    };
    EXPECT_TRUE(is_hot(Extension::base, 0));
    EXPECT_TRUE(is_hot(Extension::base, 3, 0x10));
    EXPECT_TRUE(is_hot(Extension::timer, 0, 5));
    for (const auto& [mask, base] : {std::pair{4U, 0U}, std::pair{2U, 1U}, std::pair{1U, 2U}}) {
        EXPECT_TRUE(is_hot(Extension::inter_processor, 0, mask, base));
        for (uint64_t function = 0; function < 3; ++function) {
            EXPECT_TRUE(is_hot(Extension::remote_fence, function, mask, base));
        }
    }
    EXPECT_FALSE(is_hot(Extension::inter_processor, 0, 5, 0));
    EXPECT_FALSE(is_hot(Extension::base, 1));
    EXPECT_FALSE(is_hot(Extension::debug_console, 0));
    // Of the harts from 2^64 - 2 on, bit 4 is no hart: it is not hart 2.
    EXPECT_FALSE(is_hot(Extension::inter_processor, 0, 16, UINT64_MAX - 1));
    EXPECT_FALSE(is_hot(Extension::inter_processor, 0, 8, UINT64_MAX));
}

}  // namespace
}  // namespace hv::vm

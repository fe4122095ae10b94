// An interrupt that is sent as soon as a hart is seen to be started reaches it, however early.
// CHECKLIST 62.
// harts: 2
#include <atomic>

#include "harts.hpp"

namespace guest {
namespace {

constexpr uint64_t times = 200;

constinit std::atomic<uint64_t> sent = 0;
constinit std::atomic<uint64_t> arrived = 0;

/// The hart's `n`th life: it ends when the interrupt is there, or, for want of one, after half a second.
void wait_for_the_interrupt(uint64_t n)
{
    while (sent < n) {
    }
    const uint64_t end = now() + 500 * ticks_per_ms;
    while ((GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software)) == 0) {
        if (now() > end) {
            return;
        }
    }
    ++arrived;
}

}  // namespace

void scenario()
{
    for (uint64_t n = 1; n <= times; ++n) {
        wait_for_status(1, sbi::HartStatus::stopped);
        start_hart(1, wait_for_the_interrupt, n);
        while (status_of(1) != sbi::HartStatus::started) {
        }
        send_ipi(1);
        sent = n;
        trying("start", n);
        wait_for_others_to_stop();
        expect_equal(arrived, n);
    }
}

}  // namespace guest

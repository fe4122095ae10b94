// Suspends, retentive and not, 1,000 of them: each wakes by its interrupt, and nothing is lost or entered twice.
// CHECKLIST 68; HOSTILE 19.
// harts: 1 2
#include "harts.hpp"
#include "probe.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

using sbi::Error;
using sbi::Extension;
using sbi::HartState;

constinit std::atomic<uint64_t> resumed = 0;
constinit std::atomic<uint64_t> others_suspends = 0;
constinit std::atomic<bool> other_runs = false;
constexpr uint64_t suspends = 500;
constexpr uint64_t non_retentive = 0x8000'0000;

/// The rest of the scenario goes on from here after each suspend that is not retentive.
void after_resume(uint64_t);

void suspend_without_retention()
{
    HartStart& start = start_record(this_hart(), after_resume, resumed + 1);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 500);
    sbi_call(Extension::hart_state, HartState::suspend, non_retentive, start_address(),
             reinterpret_cast<uintptr_t>(&start));
    expect(false, "goes on behind a suspend that is not retentive");
    done();
}

void suspend_in_turn(uint64_t)
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    other_runs = true;
    for (uint64_t i = 0; i < suspends; ++i) {
        expect_error(sbi_call(Extension::hart_state, HartState::suspend, 0), Error::success);
        GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
        ++others_suspends;
    }
}

void wake_the_other()
{
    const uint64_t other = this_hart() == 0 ? 1 : 0;
    start_hart(other, suspend_in_turn);
    // An IPI to a hart that is not started yet may be dropped.
    expect(eventually_elsewhere([] { return bool{other_runs}; }), "the other does not run");
    for (uint64_t i = 0; i < suspends; ++i) {
        // Sent at any time, before it sleeps, as it does or after.
        const uint64_t before = others_suspends;
        send_ipi(other);
        if (!expect(eventually_elsewhere([&] { return others_suspends > before; }), "the other does not wake")) {
            return;
        }
    }
    wait_for_status(other, sbi::HartStatus::stopped);
}

void after_resume(uint64_t argument)
{
    ++resumed;
    expect_equal(argument, resumed);
    expect_equal(this_hart(), boot_hart());
    expect_equal(GUEST_CSR_READ(satp), 0);
    expect_equal(GUEST_CSR_READ(sstatus) & Sstatus::sie.mask, 0);
    expect(is_pending(Interrupt::supervisor_timer), "wakes without an interrupt");
    set_timer(UINT64_MAX);
    if (resumed < suspends) {
        suspend_without_retention();
    }
    if (harts() > 1) {
        wake_the_other();
    }
    done();
}

}  // namespace

void scenario()
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    for (uint64_t i = 0; i < suspends; ++i) {
        trying("retentive", i);
        set_timer(now() + 500);
        // Bits above the 32 of the type do not count.
        const uint64_t type = on_bulkhead() && i % 2 != 0 ? uint64_t{1} << 63 : 0;
        expect_error(sbi_call(Extension::hart_state, HartState::suspend, type), Error::success);
        expect(is_pending(Interrupt::supervisor_timer), "wakes without an interrupt");
        set_timer(UINT64_MAX);
    }
    suspend_without_retention();
}

}  // namespace guest

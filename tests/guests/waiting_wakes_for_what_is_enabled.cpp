// WFI: a pending enabled interrupt ends it at once, a later one wakes it, with sstatus.SIE on or off.
// CHECKLIST 11; HOSTILE 27.
#include "probe.hpp"

namespace guest {
namespace {

constinit volatile uint64_t taken = 0;

void on_timer()
{
    taken = taken + 1;
    set_timer(UINT64_MAX);
}

void on_software()
{
    taken = taken + 1;
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
}

bool timer_is_pending()
{
    return is_pending(Interrupt::supervisor_timer);
}

void wait_with_interrupts_off()
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    for (unsigned i = 0; i < 50; ++i) {
        const uint64_t due = now() + i * 100;
        set_timer(due);
        while (!timer_is_pending()) {
            wait_for_interrupt();
        }
        expect(now() >= due, "wakes too soon");
        expect_equal(taken, 0);
        // It is pending: this must not sleep.
        wait_for_interrupt();
        wait_for_interrupt();
        set_timer(UINT64_MAX);
    }
    trying("software, masked by SIE");
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 1, this_hart());
    wait_for_interrupt();
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    expect_equal(taken, 0);
}

void wait_with_interrupts_on()
{
    on_interrupt(Interrupt::supervisor_timer, on_timer);
    on_interrupt(Interrupt::supervisor_software, on_software);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer) | bit(Interrupt::supervisor_software));
    for (unsigned i = 0; i < 50; ++i) {
        trying("with interrupts on", i);
        const uint64_t before = taken;
        set_timer(now() + 300 + i * 50);
        while (taken == before) {
            // Checked and waited for with interrupts off: none is lost between.
            wait_for_interrupt();
            enable_interrupts();
            disable_interrupts();
        }
        expect_equal(taken, before + 1);
    }
}

}  // namespace

void scenario()
{
    wait_with_interrupts_off();
    wait_with_interrupts_on();
    // What pends but is not enabled does not hinder: WFI may end at once or sleep, until the enabled timer comes.
    trying("a disabled one pends");
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 1, this_hart());
    const uint64_t before = taken;
    set_timer(now() + 5 * ticks_per_ms);
    enable_interrupts();
    expect(eventually([&] {
               wait_for_interrupt();
               return taken != before;
           }),
           "the timer does not come");
    disable_interrupts();
    expect_equal(taken, before + 1);
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
}

}  // namespace guest

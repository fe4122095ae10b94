// WFI with SIE = 0, while a timer and a software interrupt are enabled and pending, 1,000 times.
// tries: HOSTILE 27, 28; CHECKLIST 11, 46, 62
// answer: it goes on at once, takes no interrupt, and none is lost
// beats: 60
#include "harts.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    disable_interrupts();
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer) | bit(Interrupt::supervisor_software));
    for (unsigned i = 0; i < 1000; ++i) {
        trying("round", i);
        set_timer(i % 2 == 0 ? 0 : now() + 50);
        wait_for_interrupt();
        expect(eventually([] { return is_pending(Interrupt::supervisor_timer); }), "the timer is lost");
        set_timer(UINT64_MAX);
        send_ipi(this_hart());
        wait_for_interrupt();
        expect(is_pending(Interrupt::supervisor_software), "the IPI is lost");
        GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    }
    GUEST_CSR_WRITE(sie, 0);
    expect_served();
}

}  // namespace guest

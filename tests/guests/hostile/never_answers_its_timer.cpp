// A timer that is always due, and a handler that never clears it.
// tries: HOSTILE 28; CHECKLIST 46, 47
// answer: it takes its interrupt for ever, and costs nobody else anything
// ends: never
// expect: ^takes timers$
#include "hostile.hpp"

namespace guest {
namespace {

void do_nothing() {}

}  // namespace

void attack()
{
    say("takes timers");
    on_interrupt(Interrupt::supervisor_timer, do_nothing);
    set_timer(0);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    enable_interrupts();
    while (true) {
        wait_for_interrupt();
    }
}

}  // namespace guest

// One WFI, and behind it a jump to itself, with the timer due and every interrupt masked: it looks asleep.
// tries: HOSTILE 27; CHECKLIST 11
// answer: it loops for ever, and costs nobody else anything
// ends: never
// expect: ^dozes$
#include "hostile.hpp"

namespace guest {

void attack()
{
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    say("dozes");
    set_timer(now());
    asm volatile("wfi\n"
                 "1: j 1b"
                 :
                 :
                 : "memory");
}

}  // namespace guest

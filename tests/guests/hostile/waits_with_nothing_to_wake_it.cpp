// WFI with no interrupt enabled, over and over.
// tries: HOSTILE 27; CHECKLIST 11
// answer: it waits for ever, and its hart does not spin
// ends: never
// expect: ^waits$
#include "hostile.hpp"

namespace guest {

void attack()
{
    say("waits");
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    while (true) {
        wait_for_interrupt();
    }
}

}  // namespace guest

// It never ends: one jump to itself, with every interrupt masked.
// tries: HOSTILE 27
// answer: it loops for ever, and costs nobody else anything
// ends: never
// expect: ^loops$
#include "hostile.hpp"

namespace guest {

void attack()
{
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    say("loops");
    while (true) {
        asm volatile("" : : : "memory");
    }
}

}  // namespace guest

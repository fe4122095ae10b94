// Its trap vector is a virtual address that nothing is mapped at, and it traps.
// tries: HOSTILE 39
// answer: page faults are its own: it takes them for ever, and nobody else hears of them
// ends: never
// expect: ^traps$
// time: real, QEMU counts no instruction for a fetch that faults, so that -icount stands still
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    say("traps");
    GUEST_CSR_WRITE(stvec, free_pages);
    asm volatile("ebreak");
    say("FAIL: goes on");
}

}  // namespace guest

// Its trap vector is in a hole, and it traps.
// tries: HOSTILE 13, 39
// answer: a trap vector that cannot be fetched would trap for ever: it is stopped, with a post-mortem
// ends: stopped, a crash loop: its trap handler cannot be fetched
#include "hostile.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(stvec, 0x4000'0000);
    asm volatile("ebreak");
    say("FAIL: goes on");
}

}  // namespace guest

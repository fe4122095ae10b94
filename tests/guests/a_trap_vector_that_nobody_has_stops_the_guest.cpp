// A guest whose trap vector cannot be fetched would trap for ever: it is stopped, with a post-mortem.
// CHECKLIST 26; HOSTILE 13, 39.
// natively: no, nobody is there to stop it.
// not: goes on
// expect: stopped
// status: 1
#include "support.hpp"

namespace guest {

void scenario()
{
    GUEST_CSR_WRITE(stvec, 0x4000'0000);
    asm volatile("ebreak" : : : "memory");
    say("goes on");
}

}  // namespace guest

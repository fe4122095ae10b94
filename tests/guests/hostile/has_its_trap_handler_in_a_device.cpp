// Its trap vector is a register of the PLIC, and it traps from VU.
// tries: HOSTILE 13, 39; CHECKLIST 26
// answer: nothing can be fetched from a device: it is stopped, with a post-mortem
// ends: stopped, a crash loop
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(stvec, plic_base + 0x20'1000);
    GUEST_CSR_WRITE(sepc, 0x4000'0000);
    GUEST_CSR_CLEAR(sstatus, Sstatus::spp.mask);
    asm volatile("sret");
    say("FAIL: goes on");
}

}  // namespace guest

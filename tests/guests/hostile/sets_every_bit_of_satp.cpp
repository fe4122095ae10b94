// satp with mode Sv39 and every bit of page number and ASID set.
// tries: HOSTILE 25; CHECKLIST 25
// answer: its page tables are nowhere: it is stopped, with a post-mortem
// ends: stopped, a crash loop
#include "hostile.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(satp, uint64_t{0x8fff'ffff'ffff'ffff});
    asm volatile("sfence.vma" : : : "memory");
    say("FAIL: goes on");
}

}  // namespace guest

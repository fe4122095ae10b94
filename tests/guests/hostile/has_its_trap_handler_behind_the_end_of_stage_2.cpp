// Its trap vector has the highest address bits set, which no page table of anybody translates.
// tries: HOSTILE 13, 39; CHECKLIST 25
// answer: it is stopped, with a post-mortem
// ends: stopped, a crash loop
#include "hostile.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(stvec, uint64_t{1} << 55);
    asm volatile("ebreak");
    say("FAIL: goes on");
}

}  // namespace guest

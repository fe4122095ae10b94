// Turns paging on with its root table in the UART: not even its trap handler can be fetched.
// tries: HOSTILE 3, 39; CHECKLIST 20, 25
// answer: it is stopped, with a post-mortem
// ends: stopped, a crash loop
#include "hostile.hpp"

namespace guest {

void attack()
{
    using hv::isa::Satp;
    const auto satp = Satp{}.with(Satp::mode, hv::isa::PagingMode::sv39).with(Satp::ppn, 0x1000'0000 >> 12);
    GUEST_CSR_WRITE(satp, satp.bits());
    asm volatile("sfence.vma" : : : "memory");
    say("FAIL: goes on");
}

}  // namespace guest

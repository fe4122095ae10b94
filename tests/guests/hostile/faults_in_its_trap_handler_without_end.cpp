// A trap handler that begins with a load from a hole: each exception that it is given causes the next.
// tries: HOSTILE 37, 39; CHECKLIST 3, 77
// answer: it and the hypervisor keep its hart busy, in silence; nobody else loses time
// ends: never
// beats: 5
// expect: ^faults$
#include "hostile.hpp"

extern "C" const char handler_that_faults[];

asm(R"(
    .text
    .balign 4
    .globl handler_that_faults
handler_that_faults:
    sd      t1, 8(t0)
    j       handler_that_faults
)");

namespace guest {

void attack()
{
    say("faults");
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(handler_that_faults));
    asm volatile("mv t0, %0; ld t1, 0(t0)" : : "r"(hole) : "t0", "t1", "memory");
    say("FAIL: goes on");
}

}  // namespace guest

// stvec with each of its modes, and addresses that are not aligned for them, and a trap behind each.
// tries: HOSTILE 13, 29; CHECKLIST 6, 52
// answer: reserved modes do not stick; an exception goes to the base, injected or not
#include "hostile.hpp"
#include "probe.hpp"

extern "C" const char vector_of_a_test[];

// Leaves the cause in t6, and goes on behind the 4-byte instruction.
asm(R"(
    .text
    .balign 256
    .globl vector_of_a_test
vector_of_a_test:
    csrr    t6, sepc
    addi    t6, t6, 4
    csrw    sepc, t6
    csrr    t6, scause
    sret
)");

namespace guest {

void attack()
{
    const uint64_t vector = GUEST_CSR_READ(stvec);
    for (unsigned n = 0; n < 64; ++n) {
        for (const uint64_t mode : {0U, 1U, 2U, 3U}) {
            GUEST_CSR_WRITE(stvec, (uint64_t{1} << n) | mode);
            expect((GUEST_CSR_READ(stvec) & 2) == 0, "a reserved mode sticks");
        }
    }
    for (const uint64_t mode : {0U, 1U}) {
        trying("mode", mode);
        const uint64_t base = reinterpret_cast<uintptr_t>(vector_of_a_test);
        for (unsigned i = 0; i < 500; ++i) {
            GUEST_CSR_WRITE(stvec, base | mode);
            uint64_t came = 0;
            asm volatile(".option push; .option norvc; li t6, 0; ld t5, 0(%1); mv %0, t6; .option pop"
                         : "=r"(came)
                         : "r"(hole)
                         : "t5", "t6", "memory");
            expect_equal(came, 5);
            asm volatile(".option push; .option norvc; li t6, 0; csrr t5, hgatp; mv %0, t6; .option pop"
                         : "=r"(came)
                         :
                         : "t5", "t6", "memory");
            expect_equal(came, 2);
        }
        GUEST_CSR_WRITE(stvec, vector);
    }
    expect_served();
}

}  // namespace guest

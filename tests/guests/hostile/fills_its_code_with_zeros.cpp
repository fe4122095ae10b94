// Zeros over all of its memory, its code and its trap handler among it, up to the loop that writes them.
// tries: HOSTILE 36, 39; CHECKLIST 2
// answer: what it then executes is its own to trap on, for ever; nobody else hears of it
// ends: never
// expect: ^fills$
#include "devices.hpp"
#include "hostile.hpp"
#include "tree.hpp"

extern "C" const uint32_t zeros_loop[];

// From a0 to a1, and then whatever comes.
asm(R"(
    .text
    .balign 4
    .globl zeros_loop
zeros_loop:
    sd      zero, 0(a0)
    addi    a0, a0, 8
    bltu    a0, a1, zeros_loop
    jr      zero
    .balign 64
)");

namespace guest {

void attack()
{
    say("fills");
    GUEST_CSR_WRITE(sie, 0);
    // The loop lies at the end of its RAM; a trap's vector is zeros as well.
    constexpr uint64_t room = 64;
    const uint64_t end = ram_end() - room;
    for (unsigned i = 0; i < room / 4; ++i) {
        word_at(end + 4 * i) = zeros_loop[i];
    }
    asm volatile("fence.i; mv a0, %0; mv a1, %1; jr a1" : : "r"(ram_start()), "r"(end) : "memory", "a0", "a1");
    say("FAIL: goes on");
}

}  // namespace guest

// All of its harts loop for ever, with every interrupt masked.
// tries: HOSTILE 27
// answer: it loops for ever, and costs nobody else anything
// harts: 2
// qemu: 10, under -icount 7.2 never takes the host from two harts that loop
// ends: never
// expect: ^loops$
#include "harts.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void loop(uint64_t)
{
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    while (true) {
        asm volatile("" : : : "memory");
    }
}

}  // namespace

void attack()
{
    start_other_harts(loop);
    say("loops");
    loop(0);
}

}  // namespace guest

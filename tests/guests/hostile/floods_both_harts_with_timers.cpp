// Two harts that set timers to the past as fast as they can, each interrupting itself.
// tries: HOSTILE 28; CHECKLIST 46, 47, 72
// answer: each hart's own timer comes, and nobody else's moves
// harts: 2
// beats: 100
#include "harts.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

constexpr uint64_t rounds = 2000;
constinit volatile uint64_t taken[max_harts] = {};

void take()
{
    taken[this_hart()] = taken[this_hart()] + 1;
    set_timer(UINT64_MAX);
}

void flood(uint64_t)
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    enable_interrupts();
    for (uint64_t i = 0; i < rounds; ++i) {
        const uint64_t before = taken[this_hart()];
        set_timer(i % 2 == 0 ? 0 : now());
        while (taken[this_hart()] == before) {
        }
    }
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
}

}  // namespace

void attack()
{
    on_interrupt(Interrupt::supervisor_timer, take);
    start_other_harts(flood);
    flood(0);
    wait_for_others_to_stop();
    expect(taken[0] >= rounds && taken[1] >= rounds, "some are lost");
    expect_served();
}

}  // namespace guest

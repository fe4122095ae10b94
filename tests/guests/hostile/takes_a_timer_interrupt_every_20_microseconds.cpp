// A timer of 50,000 interrupts a second, each taken, for a fifth of a second.
// tries: HOSTILE 28; CHECKLIST 46, 47
// answer: it gets them all, and only its own hart is busy with them
// beats: 60
#include "hostile.hpp"

namespace guest {
namespace {

constinit volatile uint64_t taken = 0;

void take()
{
    taken = taken + 1;
    set_timer(now() + 200);
}

}  // namespace

void attack()
{
    on_interrupt(Interrupt::supervisor_timer, take);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 200);
    enable_interrupts();
    expect(eventually([] { return taken >= 10'000; }), "they stop");
    disable_interrupts();
    set_timer(UINT64_MAX);
    GUEST_CSR_WRITE(sie, 0);
    expect_served();
}

}  // namespace guest

// A guest is rung in a flood, and its timer comes when it is due; it looks at its doorbell when it likes.
// CHECKLIST 77.
#include "doorbell.hpp"

namespace guest {
namespace {

constexpr uint64_t beats = 10;
constexpr uint64_t period = 10 * ticks_per_ms;
constexpr uint64_t latest = 1000;
constexpr uint64_t end_word = 0;

constinit Shared region;
constinit volatile uint64_t beaten = 0;
constinit volatile uint64_t due = 0;
constinit volatile uint64_t worst = 0;

void on_timer()
{
    const uint64_t late = now() - due;
    worst = late > worst ? late : worst;
    beaten = beaten + 1;
    due = due + period;
    set_timer(due);
}

/// Member 0. It takes the doorbell's interrupt not at all, and then looks at PENDING now and then.
void be_calm()
{
    on_interrupt(Interrupt::supervisor_timer, on_timer);
    due = now() + period;
    set_timer(due);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    enable_interrupts();
    expect(eventually([] { return region.pending() != 0; }), "nobody rings");
    while (beaten < beats) {
        wait_for_interrupt();
    }
    while (beaten < 2 * beats) {
        wait_for_interrupt();
        expect_equal(region.pending(), 0b10);
        region.clear(0b10);
    }
    disable_interrupts();
    region.word(end_word) = 1;
    say("worst {} ticks", +worst);
    expect(worst <= latest, "the timer came late");
}

void be_flood()
{
    while (region.word(end_word) == 0) {
        region.ring(0);
    }
}

}  // namespace

void scenario()
{
    region = shared_region("bell");
    if (is_called("calm")) {
        be_calm();
    } else {
        be_flood();
    }
}

}  // namespace guest

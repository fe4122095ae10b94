// set_timer: the past and 0 pend at once, the future when it comes, -1 never; masked or not, and a call clears it.
// CHECKLIST 44, 46, 47, 72; HOSTILE 28.
#include "probe.hpp"

namespace guest {
namespace {

constinit volatile uint64_t taken = 0;
constinit volatile uint64_t taken_at = 0;

void on_timer()
{
    taken_at = now();
    taken = taken + 1;
    set_timer(UINT64_MAX);
}

bool timer_is_pending()
{
    return is_pending(Interrupt::supervisor_timer);
}

/// With the interrupt masked in sie and in sstatus.
void try_masked()
{
    GUEST_CSR_WRITE(sie, 0);
    set_timer(UINT64_MAX);
    expect(!timer_is_pending(), "pending though never due");
    for (const uint64_t due : {uint64_t{0}, uint64_t{1}, now() - 1, now()}) {
        trying("masked, due", due);
        set_timer(due);
        expect(eventually(timer_is_pending), "not pending");
        set_timer(UINT64_MAX);
        expect(!timer_is_pending(), "still pending after -1");
        set_timer(due);
        expect(eventually(timer_is_pending), "not pending");
        set_timer(now() + 1'000'000 * ticks_per_ms);
        expect(!timer_is_pending(), "still pending, due in 1000 s");
    }
    trying("masked, in 2 ms");
    const uint64_t due = now() + 2 * ticks_per_ms;
    set_timer(due);
    while (!timer_is_pending()) {
        if (now() > due + 5'000 * ticks_per_ms) {
            expect(false, "never comes");
            break;
        }
    }
    expect(now() >= due, "comes too soon");
    set_timer(uint64_t{1} << 63);
    expect(!timer_is_pending(), "pending, due at 2^63");
    set_timer(UINT64_MAX);
}

void try_taken()
{
    on_interrupt(Interrupt::supervisor_timer, on_timer);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    for (const uint64_t delay : {uint64_t{0}, uint64_t{1}, uint64_t{100}, ticks_per_ms, 5 * ticks_per_ms}) {
        trying("taken, in", delay);
        const uint64_t before = taken;
        enable_interrupts();
        const uint64_t due = now() + delay;
        set_timer(due);
        expect(eventually([&] { return taken != before; }), "is not taken");
        disable_interrupts();
        expect_equal(taken, before + 1);
        expect(taken_at >= due, "is taken too soon");
    }
    trying("enabled when it is pending");
    const uint64_t before = taken;
    GUEST_CSR_WRITE(sie, 0);
    set_timer(0);
    expect(eventually(timer_is_pending), "not pending");
    enable_interrupts();
    expect_equal(taken, before);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    expect(eventually([&] { return taken != before; }), "is not taken");
    expect_equal(taken, before + 1);
    disable_interrupts();
}

}  // namespace

void scenario()
{
    // Guest time starts near 0, and never goes back.
    expect(now() < 10'000 * ticks_per_ms, "time does not start near 0");
    uint64_t last = now();
    for (unsigned i = 0; i < 100'000; ++i) {
        const uint64_t next = now();
        if (next < last) {
            expect(false, "time goes back");
            break;
        }
        last = next;
    }
    try_masked();
    try_taken();
}

}  // namespace guest

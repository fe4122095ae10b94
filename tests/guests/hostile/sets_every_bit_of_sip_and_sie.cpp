// Each bit of sip and sie, set, cleared and swapped, with interrupts on.
// tries: HOSTILE 26; CHECKLIST 5, 39
// answer: only its software interrupt can be made pending, and comes once each time; no other ever comes
#include "hostile.hpp"

namespace guest {
namespace {

constinit volatile uint64_t taken = 0;

void take()
{
    taken = taken + 1;
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
}

void unasked()
{
    expect(false, "an interrupt that it did not make");
    GUEST_CSR_WRITE(sie, 0);
}

}  // namespace

void attack()
{
    for (const Interrupt interrupt : {Interrupt::supervisor_timer, Interrupt::supervisor_external}) {
        on_interrupt(interrupt, unasked);
    }
    on_interrupt(Interrupt::supervisor_software, take);
    for (unsigned n = 0; n < 64; ++n) {
        // QEMU takes a bit where vsip has it for the one below, where the guest has it: its own all the same.
        if (n == 2 || n == 6 || n == 10) {
            continue;
        }
        trying("bit", n);
        const uint64_t one = uint64_t{1} << n;
        const uint64_t before = taken;
        GUEST_CSR_WRITE(sie, UINT64_MAX);
        enable_interrupts();
        GUEST_CSR_SET(sip, one);
        GUEST_CSR_CLEAR(sip, one);
        GUEST_CSR_WRITE(sip, one);
        disable_interrupts();
        expect_equal(taken - before, one == bit(Interrupt::supervisor_software) ? 2 : 0);
        GUEST_CSR_WRITE(sie, one);
        expect_equal(GUEST_CSR_READ(sie) & ~one, 0);
        GUEST_CSR_WRITE(sie, 0);
        GUEST_CSR_WRITE(sip, 0);
        expect_equal(GUEST_CSR_READ(sip), 0);
    }
    expect_served();
}

}  // namespace guest

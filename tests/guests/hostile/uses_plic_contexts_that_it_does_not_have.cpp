// Enables, thresholds and claims of M-mode contexts, and of harts that it does not have.
// tries: HOSTILE 34; CHECKLIST 61, 78
// answer: a hart that there is not reads as 0 and keeps nothing; an M context interrupts nobody
// beats: 40
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void unasked()
{
    expect(false, "an interrupt of a context that is not this hart's");
    GUEST_CSR_WRITE(sie, 0);
}

}  // namespace

void attack()
{
    for (const Interrupt interrupt : {Interrupt::supervisor_external, Interrupt::supervisor_software}) {
        on_interrupt(interrupt, unasked);
    }
    word_at(plic_priority(uart_source)) = 7;
    for (uint64_t context = 0; context < 15'872; ++context) {
        const uint64_t enable = plic_base + 0x2000 + 0x80 * context;
        const uint64_t threshold = plic_base + 0x20'0000 + 0x1000 * context;
        if (context == 1 || threshold >= plic_base + 0x60'0000) {
            continue;
        }
        trying("context", context);
        word_at(enable) = 1U << uart_source;
        word_at(threshold) = context < 2 ? 0 : 5;
        if (context >= 2) {
            expect_equal(word_at(enable), 0);
            expect_equal(word_at(threshold), 0);
            expect_equal(word_at(threshold + 4), 0);
        }
    }
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_external) | bit(Interrupt::supervisor_software));
    enable_interrupts();
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
    const uint64_t end = now() + 10 * ticks_per_ms;
    while (now() < end) {
    }
    disable_interrupts();
    uart(SerialRegister::interrupt_enable) = 0;
    expect_served();
}

}  // namespace guest

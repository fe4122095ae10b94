// A device whose line stays high, claimed and completed for ever, and never asked why.
// tries: HOSTILE 34; CHECKLIST 77, 79
// answer: it is interrupted again each time, and only its own hart is kept busy by it
// ends: never
// beats: 5
// expect: ^storms$
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void claim_and_complete()
{
    const uint32_t source = word_at(plic_claim(this_hart()));
    word_at(plic_claim(this_hart())) = source;
}

}  // namespace

void attack()
{
    on_interrupt(Interrupt::supervisor_external, claim_and_complete);
    word_at(plic_priority(uart_source)) = 1;
    word_at(plic_threshold(this_hart())) = 0;
    word_at(plic_enable(this_hart(), uart_source)) = 1U << uart_source;
    say("storms");
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_external));
    enable_interrupts();
    while (true) {
    }
}

}  // namespace guest

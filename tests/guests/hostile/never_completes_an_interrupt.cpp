// An interrupt that is claimed and never completed, and then every other way to have it again.
// tries: HOSTILE 34; CHECKLIST 79
// answer: it starves itself alone, until it completes it; nothing else makes the source pend again
// beats: 40
#include "devices.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    word_at(plic_priority(uart_source)) = 1;
    word_at(plic_threshold(0)) = 0;
    word_at(plic_enable(0, uart_source)) = 1U << uart_source;
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
    expect_equal(word_at(plic_claim(0)), uart_source);
    Random random{0x6765};
    for (unsigned i = 0; i < 5000; ++i) {
        trying("round", i);
        uart(SerialRegister::interrupt_enable) = static_cast<uint8_t>(random.next() & 0x0f);
        word_at(plic_priority(uart_source)) = static_cast<uint32_t>(random.next());
        word_at(plic_enable(0, uart_source)) = static_cast<uint32_t>(random.next()) | 1U << uart_source;
        word_at(plic_threshold(0)) = static_cast<uint32_t>(random.next());
        word_at(plic_pending(uart_source)) = 0xffff'ffff;
        expect_equal(word_at(plic_claim(0)), 0);
        expect(!is_pending(Interrupt::supervisor_external), "is pending");
    }
    uart(SerialRegister::interrupt_enable) = 0;
    word_at(plic_claim(0)) = uart_source;
    expect_served();
}

}  // namespace guest

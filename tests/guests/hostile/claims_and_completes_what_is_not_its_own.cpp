// Claims with nothing pending, and completes every number there is, on contexts of its own and of nobody.
// tries: HOSTILE 34; CHECKLIST 78, 79
// answer: 0 for a claim; a completion of what it has not claimed changes nothing; what it has claimed stays claimed
// beats: 40
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    word_at(plic_priority(uart_source)) = 1;
    word_at(plic_threshold(0)) = 0;
    for (uint32_t id = 0; id < 4096; ++id) {
        trying("complete", id);
        expect_equal(word_at(plic_claim(0)), 0);
        word_at(plic_claim(0)) = id;
        word_at(plic_claim(0) + 0x1000) = id;
        word_at(plic_claim(7)) = id;
    }
    for (const uint64_t id : boundaries) {
        word_at(plic_claim(0)) = static_cast<uint32_t>(id);
    }
    trying("claimed");
    word_at(plic_enable(0, uart_source)) = 1U << uart_source;
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
    expect_equal(word_at(plic_claim(0)), uart_source);
    for (uint32_t id = 0; id < 4096; ++id) {
        if (id != uart_source) {
            word_at(plic_claim(0)) = id;
        }
    }
    word_at(plic_claim(0) - 0x1000) = uart_source;  // its M context, which does not enable it
    expect_equal(word_at(plic_claim(0)), 0);
    expect_equal(word_at(plic_pending(uart_source)), 0);
    word_at(plic_claim(0)) = uart_source;
    expect_equal(word_at(plic_claim(0)), uart_source);  // its line is still high
    uart(SerialRegister::interrupt_enable) = 0;
    word_at(plic_claim(0)) = uart_source;
    expect_served();
}

}  // namespace guest

// Its own bytes looped back, over and over, with every interrupt of the UART on and none ever read.
// tries: HOSTILE 35; CHECKLIST 77, 79
// answer: the FIFO is full and says so; no byte is on the machine's line, and nobody else gets any
// beats: 60
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    uart(SerialRegister::interrupt_id) = serial::fifo_enable | serial::fifo_clear_received;
    uart(SerialRegister::modem_control) = serial::loopback | serial::out2;
    uart(SerialRegister::interrupt_enable) = 0x0f;
    for (unsigned i = 0; i < 50'000; ++i) {
        uart(SerialRegister::data) = static_cast<uint8_t>('!' + i % 64);
    }
    expect((uart(SerialRegister::line_status) & serial::overrun) != 0, "no overrun");
    unsigned kept = 0;
    while ((uart(SerialRegister::line_status) & serial::data_ready) != 0 && kept < 1000) {
        static_cast<void>(uint8_t{uart(SerialRegister::data)});
        ++kept;
    }
    expect_equal(kept, 16);
    uart(SerialRegister::interrupt_enable) = 0;
    uart(SerialRegister::modem_control) = 0;
    expect_served();
}

}  // namespace guest

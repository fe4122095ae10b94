// Random bytes into every register of the UART but its transmitter: DLAB, FIFOs, loopback, modem, 20,000 times.
// tries: HOSTILE 35; CHECKLIST 24
// answer: each register reads as what it can be; afterwards the console is as it was
// expect: ^prints$
// beats: 40
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void reset()
{
    uart(SerialRegister::line_control) = 0x03;
    uart(SerialRegister::interrupt_enable) = 0;
    uart(SerialRegister::modem_control) = 0;
    uart(SerialRegister::interrupt_id) = serial::fifo_enable | serial::fifo_clear_received;
}

}  // namespace

void attack()
{
    Random random{0x7561};
    for (unsigned i = 0; i < 20'000; ++i) {
        const auto which = static_cast<SerialRegister>(1 + random.below(7));
        uart(which) = static_cast<uint8_t>(random.next());
        const uint8_t read = uart(static_cast<SerialRegister>(random.below(8)));
        static_cast<void>(read);
        if (i % 16 == 0) {
            // In loopback, or with DLAB, a byte goes nowhere.
            uart(SerialRegister::modem_control) = serial::loopback;
            uart(SerialRegister::data) = static_cast<uint8_t>(random.next());
        }
    }
    reset();
    uart(SerialRegister::line_control) = 0x80;
    uart(SerialRegister::data) = 0x5a;
    expect_equal(uart(SerialRegister::data), 0x5a);
    reset();
    expect((uart(SerialRegister::line_status) & serial::holding_empty) != 0, "its transmitter is stuck");
    say("prints");
    expect_served();
}

}  // namespace guest

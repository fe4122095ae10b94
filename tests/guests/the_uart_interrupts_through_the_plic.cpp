// The UART's interrupts arrive through PLIC source 10, claimed and completed: transmitter empty, and loopback.
// CHECKLIST 78, 79; HOSTILE 34, 35.
// natively: no, QEMU's PLIC and UART have fewer registers and other timing.
#include "devices.hpp"
#include "probe.hpp"

namespace guest {
namespace {

constinit volatile uint32_t claimed = 0;
constinit volatile uint64_t count = 0;
constinit volatile uint8_t identification = 0;
constinit volatile uint8_t received = 0;

/// Claims, asks the UART why, reads what came, completes.
void on_external()
{
    claimed = word_at(plic_claim(this_hart()));
    identification = uart(SerialRegister::interrupt_id) & 0x0f;
    if (identification == serial::id_received || identification == serial::id_timeout) {
        received = uart(SerialRegister::data);
    } else {
        uart(SerialRegister::interrupt_enable) = 0;
    }
    count = count + 1;
    word_at(plic_claim(this_hart())) = claimed;
}

bool external_is_pending()
{
    return is_pending(Interrupt::supervisor_external);
}

void set_up()
{
    word_at(plic_priority(uart_source)) = 1;
    word_at(plic_threshold(this_hart())) = 0;
    word_at(plic_enable(this_hart(), uart_source)) = 1U << uart_source;
    on_interrupt(Interrupt::supervisor_external, on_external);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_external));
}

void try_transmitter_empty()
{
    trying("transmitter empty");
    for (uint64_t i = 1; i <= 20; ++i) {
        uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
        if (!expect(eventually([&] { return count == i; }), "no interrupt")) {
            return;
        }
        expect_equal(claimed, uart_source);
        expect_equal(identification, serial::id_transmitter_empty);
    }
    disable_interrupts();
    expect(!external_is_pending(), "still pending");
    expect_equal(word_at(plic_claim(this_hart())), 0);
    enable_interrupts();
}

void try_loopback()
{
    trying("loopback");
    uart(SerialRegister::interrupt_id) = serial::fifo_enable | serial::fifo_clear_received;
    uart(SerialRegister::modem_control) = serial::loopback | serial::out2;
    const uint64_t before = count;
    uart(SerialRegister::interrupt_enable) = serial::enable_received;
    for (uint64_t i = 1; i <= 20; ++i) {
        uart(SerialRegister::data) = static_cast<uint8_t>('a' + i);
        if (!expect(eventually([&] { return count == before + i; }), "no interrupt")) {
            break;
        }
        expect_equal(received, 'a' + i);
        expect_equal(claimed, uart_source);
    }
    uart(SerialRegister::interrupt_enable) = 0;
    uart(SerialRegister::modem_control) = 0;
    expect_equal(uart(SerialRegister::line_status) & serial::data_ready, 0);
}

/// With SIE off: pending bits, thresholds, priorities, contexts that are not there.
void try_the_gate()
{
    trying("the gate");
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
    expect(eventually(external_is_pending), "not pending");
    word_at(plic_threshold(this_hart())) = 1;
    expect(eventually([] { return !external_is_pending(); }), "passes its threshold");
    word_at(plic_threshold(this_hart())) = 0;
    expect(eventually(external_is_pending), "not pending again");
    expect_equal(word_at(plic_pending(uart_source)) & 1U << uart_source, 1U << uart_source);
    expect_equal(word_at(plic_claim(this_hart())), uart_source);
    expect_equal(word_at(plic_claim(this_hart())), 0);
    expect(eventually([] { return !external_is_pending(); }), "pending while it is claimed");
    // The source is still high: completing makes it pend again.
    word_at(plic_claim(this_hart())) = 11;
    word_at(plic_claim(this_hart())) = 5000;
    expect(!external_is_pending(), "another's completion opened the gate");
    word_at(plic_claim(this_hart())) = uart_source;
    expect(eventually(external_is_pending), "does not pend again");
    uart(SerialRegister::interrupt_enable) = 0;
    expect_equal(word_at(plic_claim(this_hart())), uart_source);
    word_at(plic_claim(this_hart())) = uart_source;
    expect(eventually([] { return !external_is_pending(); }), "still pending");
}

}  // namespace

void scenario()
{
    set_up();
    try_the_gate();
    enable_interrupts();
    try_transmitter_empty();
    try_loopback();
    disable_interrupts();
}

}  // namespace guest

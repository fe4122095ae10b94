// What reads and writes of a 16550A's registers do.
#include <hv/dev/serial_registers.hpp>

namespace hv::dev {

// [16550] is National Semiconductor's PC16550D data sheet; sections are named by their titles.

using namespace serial;

namespace {

constexpr uint8_t fifo_control_kept = 0xc9;  // the clearing bits clear themselves
constexpr uint8_t interrupt_enable_kept = 0x0f;
constexpr uint8_t modem_control_kept = 0x1f;

constexpr std::array<uint8_t, 4> trigger_levels{1, 4, 8, 14};

bool has(uint8_t mask, uint8_t in)
{
    return (in & mask) != 0;
}

uint8_t bit_if(bool condition, uint8_t bit)
{
    return condition ? bit : uint8_t{0};
}

}  // namespace

uint8_t SerialRegisters::read(SerialRegister which)
{
    const bool divisor = shows_divisor();
    switch (which) {
    case SerialRegister::data:
        return divisor ? divisor_[0] : take_received();
    case SerialRegister::interrupt_enable:
        return divisor ? divisor_[1] : stored(which);
    case SerialRegister::interrupt_id:
        return read_interrupt_id();
    case SerialRegister::line_control:
    case SerialRegister::modem_control:
    case SerialRegister::scratch:
        return stored(which);
    case SerialRegister::line_status: {
        const auto status = static_cast<uint8_t>(line_status());
        update_line_status(0);
        return status;
    }
    case SerialRegister::modem_status: {
        const uint8_t status = modem_status_;
        modem_status_ &= static_cast<uint8_t>(~deltas);
        return status;
    }
    }
    return 0;
}

void SerialRegisters::write(SerialRegister which, uint8_t value)
{
    const bool divisor = shows_divisor();
    switch (which) {
    case SerialRegister::data:
        if (divisor) {
            divisor_[0] = value;
        } else {
            transmit(value);
        }
        break;
    case SerialRegister::interrupt_enable:
        if (divisor) {
            divisor_[1] = value;
        } else {
            write_interrupt_enable(value);
        }
        break;
    case SerialRegister::interrupt_id:
        write_fifo_control(value);
        break;
    case SerialRegister::line_control:
        keep(which, value);
        plain_reads_.store(shows_divisor() ? 0x98 : 0x9a);
        break;
    case SerialRegister::modem_control:
        keep(which, value & modem_control_kept);
        update_modem_status();
        break;
    case SerialRegister::line_status:  // for the factory's tests only
    case SerialRegister::modem_status:
        break;
    case SerialRegister::scratch:
        keep(which, value);
        break;
    }
    update_detours();
}

void SerialRegisters::reset()
{
    const SerialFifo unsent = transmitter_;
    const bool refused = refused_input_;
    *this = {};
    if (unsent.count() != 0) {
        transmitter_ = unsent;
    }
    refused_input_ = refused;
    update_line_status(0);
    update_detours();
}

bool SerialRegisters::receive(uint8_t byte)
{
    const unsigned room = has(fifo_enable, fifo_control_) ? SerialFifo::depth : 1;
    if (is_looped() || received_.count() >= room) {
        refused_input_ = true;
        return false;
    }
    received_.push(byte);
    update_line_status(static_cast<uint8_t>(line_status() & errors));
    return true;
}

void SerialRegisters::output_taken()
{
    transmitter_.pop();
    transmitter_empty_pending_ = transmitter_.count() == 0;
    update_line_status(static_cast<uint8_t>(line_status() & errors));
    update_detours();
}

/// [16550] Interrupt Identification Register: the sources in the order of their priority.
uint8_t SerialRegisters::interrupt_id() const
{
    const uint8_t enabled = stored(SerialRegister::interrupt_enable);
    if (has(enable_line_status, enabled) && (line_status() & errors) != 0) {
        return id_line_status;
    }
    if (has(enable_received, enabled) && received_.count() != 0) {
        return received_.count() >= received_trigger() ? id_received : id_timeout;
    }
    if (has(enable_transmitter_empty, enabled) && transmitter_empty_pending_) {
        return id_transmitter_empty;
    }
    if (has(enable_modem_status, enabled) && has(deltas, modem_status_)) {
        return id_modem_status;
    }
    return id_none;
}

unsigned SerialRegisters::received_trigger() const
{
    return has(fifo_enable, fifo_control_) ? trigger_levels[fifo_control_ >> 6] : 1;
}

uint8_t SerialRegisters::take_received()
{
    if (received_.count() == 0) {
        return 0;
    }
    const uint8_t byte = received_.front();
    received_.pop();
    update_line_status(static_cast<uint8_t>(line_status() & errors));
    return byte;
}

/// Reading that the transmitter is empty takes that interrupt back; no other is.
uint8_t SerialRegisters::read_interrupt_id()
{
    const uint8_t id = interrupt_id();
    if (id == id_transmitter_empty) {
        transmitter_empty_pending_ = false;
        update_detours();
    }
    return id | bit_if(has(fifo_enable, fifo_control_), id_fifos);
}

void SerialRegisters::transmit(uint8_t byte)
{
    if (is_looped()) {
        loop_back(byte);
        transmitter_empty_pending_ = !holds_output();
        return;
    }
    transmitter_empty_pending_ = false;
    // More than sixteen come only from a guest that does not ask LSR; a real port loses them, too.
    if (transmitter_.count() < SerialFifo::depth) {
        transmitter_.push(byte);
    }
    update_line_status(static_cast<uint8_t>(line_status() & errors));
}

/// [16550] Line Status Register, overrun: a full FIFO keeps what it has; a lone RBR takes the newer byte.
void SerialRegisters::loop_back(uint8_t byte)
{
    uint8_t now = line_status() & errors;
    const bool fifos = has(fifo_enable, fifo_control_);
    if (received_.count() >= (fifos ? SerialFifo::depth : 1)) {
        now |= overrun;
        if (!fifos) {
            received_.clear();
        }
    }
    if (received_.count() < SerialFifo::depth) {
        received_.push(byte);
    }
    update_line_status(now);
}

/// Enabling the transmitter's interrupt while it is empty raises it, also if it was taken back before.
void SerialRegisters::write_interrupt_enable(uint8_t value)
{
    const uint8_t risen = value & static_cast<uint8_t>(~stored(SerialRegister::interrupt_enable));
    if (has(enable_transmitter_empty, risen)) {
        transmitter_empty_pending_ = !holds_output();
    }
    keep(SerialRegister::interrupt_enable, value & interrupt_enable_kept);
}

/// [16550] FIFO Control Register: switching the FIFOs on or off empties them, and without bit 0 no other counts.
/// Clearing the transmitter's does not take back bytes that the other end has not taken yet: they are on the line.
void SerialRegisters::write_fifo_control(uint8_t value)
{
    const bool enables = has(fifo_enable, value);
    if (enables != has(fifo_enable, fifo_control_) || (enables && has(fifo_clear_received, value))) {
        received_.clear();
        update_line_status(static_cast<uint8_t>(line_status() & errors));
    }
    fifo_control_ = enables ? value & fifo_control_kept : uint8_t{0};
}

/// [16550] Modem Control Register, loopback: the four outputs become the four inputs.
void SerialRegisters::update_modem_status()
{
    const uint8_t control = stored(SerialRegister::modem_control);
    uint8_t lines = dcd | dsr | cts;
    if (is_looped()) {
        lines = bit_if(has(rts, control), cts) | bit_if(has(dtr, control), dsr) | bit_if(has(out1, control), ri) |
                bit_if(has(out2, control), dcd);
    }
    const uint8_t moved = modem_status_ ^ lines;
    modem_status_ = (modem_status_ & deltas) | lines | bit_if(has(cts, moved), delta_cts) |
                    bit_if(has(dsr, moved), delta_dsr) | bit_if(has(dcd, moved), delta_dcd) |
                    bit_if(has(ri, moved) && !has(ri, lines), trailing_ri);
}

void SerialRegisters::update_line_status(uint8_t errors_now)
{
    line_status_.store(errors_now | uint64_t{bit_if(received_.count() != 0, data_ready)} |
                       bit_if(!holds_output(), holding_empty | transmitter_empty));
}

void SerialRegisters::update_detours()
{
    // With its interrupt enabled, a transmitter that is empty at once again has to say so once more: but not if it
    // is saying so already.
    const bool raises =
        has(enable_transmitter_empty, stored(SerialRegister::interrupt_enable)) && !transmitter_empty_pending_;
    const bool detour = shows_divisor() || is_looped() || holds_output() || raises;
    detours_.store(detour ? 1 : 0);
}

}  // namespace hv::dev

// The inside of a 16550A serial port: registers, FIFOs and interrupt sources, with no idea where bytes come from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <hv/dev/effects.hpp>
#include <hv/dev/serial_bits.hpp>

namespace hv::dev {

/// A queue of sixteen bytes.
class SerialFifo {
public:
    static constexpr unsigned depth = 16;

    [[nodiscard]] unsigned count() const { return count_; }
    [[nodiscard]] uint8_t front() const { return bytes_[first_]; }
    /// Room for it is the caller's to see to.
    void push(uint8_t byte) { bytes_[(first_ + count_++) % depth] = byte; }
    /// count() is not 0.
    void pop()
    {
        first_ = (first_ + 1) % depth;
        count_--;
    }
    void clear() { count_ = 0; }

private:
    std::array<uint8_t, depth> bytes_{};
    unsigned first_ = 0;
    unsigned count_ = 0;
};

/// A line of infinite speed: what is written is transmitted as soon as the other end takes it, and a receiver that
/// holds fewer bytes than its trigger level has timed out. The other end is always there (CTS, DSR, DCD).
///
/// Calls are for one hart at a time. Those about what line_status() gives, what is plain and what is stored, any
/// hart may make meanwhile.
class SerialRegisters {
public:
    [[nodiscard]] uint8_t read(SerialRegister which);
    void write(SerialRegister which, uint8_t value);
    /// As after power-on, but that output which has not been taken stays, and goes out first.
    void reset();

    /// What a read of LSR gives. The read may do without read() if it shows no error.
    [[nodiscard]] uint64_t line_status() const { return line_status_.load(); }
    /// 0: a write of THR does nothing but hand a byte to the other end.
    [[nodiscard]] uint64_t detours() const { return detours_.load(); }
    /// A read of `which` gives stored(which), and does nothing else: LCR, MCR, SCR, and IER while it is there.
    [[nodiscard]] bool reads_plainly(SerialRegister which) const
    {
        return ((plain_reads_.load() >> static_cast<unsigned>(which)) & 1) != 0;
    }
    [[nodiscard]] uint8_t stored(SerialRegister which) const { return stored_[static_cast<size_t>(which)].load(); }
    /// A write of SCR, which does nothing else.
    void store_scratch(uint8_t value) { keep(SerialRegister::scratch, value); }

    /// The level of the interrupt output.
    [[nodiscard]] bool interrupts() const
    {
        return stored(SerialRegister::interrupt_enable) != 0 && interrupt_id() != serial::id_none;
    }

    /// False, and the byte is the caller's still, where there is no room: the FIFO is full, or RBR where there are
    /// no FIFOs; or the port is looped back, and hears only itself.
    [[nodiscard]] bool receive(uint8_t byte);
    /// Once after each time that receive() has refused a byte: has all that was received been read since?
    [[nodiscard]] bool takes_input_again()
    {
        const bool again = refused_input_ && received_.count() == 0 && !is_looped();
        refused_input_ = refused_input_ && !again;
        return again;
    }

    [[nodiscard]] bool holds_input() const { return received_.count() != 0; }
    /// What a read of RBR gives, and does: 0 where nothing was received.
    [[nodiscard]] uint8_t take_received();

    [[nodiscard]] bool holds_output() const { return transmitter_.count() != 0; }
    /// holds_output() is true.
    [[nodiscard]] uint8_t next_output() const { return transmitter_.front(); }
    /// The other end has taken next_output().
    void output_taken();

private:
    void keep(SerialRegister which, uint8_t value) { stored_[static_cast<size_t>(which)].store(value); }
    [[nodiscard]] bool is_looped() const { return (stored(SerialRegister::modem_control) & serial::loopback) != 0; }
    [[nodiscard]] bool shows_divisor() const
    {
        return (stored(SerialRegister::line_control) & serial::divisor_latch) != 0;
    }
    [[nodiscard]] uint8_t interrupt_id() const;
    [[nodiscard]] unsigned received_trigger() const;
    [[nodiscard]] uint8_t read_interrupt_id();
    void transmit(uint8_t byte);
    void loop_back(uint8_t byte);
    void write_interrupt_enable(uint8_t value);
    void write_fifo_control(uint8_t value);
    void update_modem_status();
    void update_line_status(uint8_t errors);
    void update_detours();

    Shared<uint64_t> line_status_{serial::holding_empty | serial::transmitter_empty};
    Shared<uint64_t> plain_reads_{0x9a};  // bit n: register n reads plainly
    Shared<uint64_t> detours_;            // not 0: a write of THR has to do more than hand over a byte
    std::array<Shared<uint8_t>, serial_register_count> stored_{};  // of IER, LCR, MCR, SCR: what they hold
    SerialFifo received_;
    SerialFifo transmitter_;
    uint8_t fifo_control_ = 0;
    uint8_t modem_status_ = serial::dcd | serial::dsr | serial::cts;
    std::array<uint8_t, 2> divisor_{12, 0};  // 9600 baud from 1.8432 MHz, as firmware would leave it
    bool transmitter_empty_pending_ = false;
    bool refused_input_ = false;
};

}  // namespace hv::dev

// The serial port that a guest sees: a 16550A between the guest, its console and its interrupt controller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <hv/dev/effects.hpp>
#include <hv/dev/serial_registers.hpp>
#include <hv/dev/serial_wires.hpp>
#include <hv/lib/spinlock.hpp>

namespace hv::dev {

/// Registers of one byte at offsets 0 to 7; any other width or offset is an access fault. A byte that the console
/// does not take is kept: the transmitter is then not empty, until the console takes it at console_ready(), or when
/// the guest next touches a register that is more than a byte of memory. Nothing is lost that was written while LSR
/// said that the transmitter was empty.
///
/// Any hart may call anything at any time. Its lock is taken before those of `Wires`. Polling LSR and writing THR,
/// which is what a guest's console does, take no lock: the writes of two harts at once are in no order anyway.
template <SerialWires Wires>
class SerialPort {
public:
    struct Received {
        bool accepted = false;
        Effects effects{};
    };

    /// `wires` outlives the port.
    explicit SerialPort(Wires& wires) : wires_{&wires} {}

    /// A load of 2^`width_log2` bytes that sets nothing off, where that is quickly told: what it gives, which is
    /// less than 0x80.
    [[nodiscard, gnu::always_inline]] std::optional<uint64_t> peek(uint64_t offset, unsigned width_log2) const
    {
        constexpr uint64_t plain = serial::errors | serial::holding_empty;
        const uint64_t status = registers_.line_status();
        const bool quick = offset == static_cast<uint64_t>(SerialRegister::line_status) && width_log2 == 0 &&
                           (status & plain) == serial::holding_empty;
        return quick ? std::optional{status} : std::nullopt;
    }

    /// Does such a store just hand a byte to the console, if that takes it?
    [[nodiscard, gnu::always_inline]] bool takes_plainly(uint64_t offset, unsigned width_log2) const
    {
        // As one comparison.
        return offset == static_cast<uint64_t>(SerialRegister::data) && (width_log2 | registers_.detours()) == 0;
    }

    /// A guest's load of `width` bytes at `offset`.
    Loaded load(uint64_t offset, uint64_t width)
    {
        const std::optional<uint64_t> value = width == 1 ? peek(offset, 0) : std::nullopt;
        return value ? Loaded{*value, {}} : load_slowly(offset, width);
    }

    /// A guest's store of the low `width` bytes of `value`.
    Effects store(uint64_t offset, uint64_t width, uint64_t value)
    {
        const bool done =
            width == 1 && takes_plainly(offset, 0) && wires_->try_put_quickly(static_cast<uint8_t>(value));
        return done ? Effects{} : store_slowly(offset, width, value);
    }

    /// A byte of input. Not accepted, it stays with the caller, until an access has the effect of input_room().
    Received receive(uint8_t byte)
    {
        const SpinLock::Held held{lock_};
        const bool accepted = registers_.receive(byte);
        return {accepted, settle()};
    }

    /// What take_received() has moved.
    struct Taken {
        size_t count = 0;
        Effects effects{};
    };
    /// Received bytes that the guest has not read, for a guest that asks for its input by another way.
    Taken take_received(std::span<std::byte> room)
    {
        const SpinLock::Held held{lock_};
        size_t taken = 0;
        while (taken < room.size() && registers_.holds_input()) {
            room[taken] = std::byte{registers_.take_received()};
            taken++;
        }
        return {taken, settle()};
    }

    /// The console takes output again.
    Effects console_ready()
    {
        const SpinLock::Held held{lock_};
        transmit();
        return settle();
    }

    /// There is output that the console has not taken yet.
    [[nodiscard]] bool holds_output() const { return (registers_.line_status() & serial::transmitter_empty) == 0; }

    /// Gives `see` all that a guest can change, as bytes. While none of its harts runs.
    template <typename See>
    void show_state(See&& see) const
    {
        see(std::as_bytes(std::span{&registers_, 1}));
        see(std::as_bytes(std::span{&interrupt_, 1}));
    }

    /// The guest starts anew, none of its harts runs: as constructed, but that kept output still goes out.
    Effects reset()
    {
        const SpinLock::Held held{lock_};
        registers_.reset();
        return settle();
    }

private:
    [[nodiscard]] static bool has_register(uint64_t offset, uint64_t width)
    {
        return width == 1 && offset < serial_register_count;
    }

    Loaded load_slowly(uint64_t offset, uint64_t width);
    Effects store_slowly(uint64_t offset, uint64_t width, uint64_t value);

    // With the lock held:
    void transmit();
    Effects settle();

    SpinLock lock_;  // guards what follows
    bool interrupt_ = false;
    SerialRegisters registers_;
    Wires* wires_;
};

}  // namespace hv::dev

#include <hv/dev/serial_port_impl.hpp>

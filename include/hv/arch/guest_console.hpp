// The wire between a guest's serial port and the machine's console, in both directions.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <hv/arch/console_wire.hpp>
#include <hv/arch/hart.hpp>
#include <hv/dev/bus.hpp>
#include <hv/dev/effects.hpp>
#include <hv/dev/plic.hpp>

namespace hv::arch {

class Guest;

/// dev::SerialWires: the guest's serial line is its end of the console, and its interrupt is a source of the
/// guest's PLIC.
struct SerialWires {
    ConsoleWire console{};
    dev::Plic* plic = nullptr;
    std::atomic<uint32_t> moves_keys = 0;  ///< harts that want to move typed keys to the port

    explicit SerialWires(dev::Plic* target) : plic{target} {}

    /// A byte that the console does not take now goes out when the console says that it has room again.
    [[nodiscard]] bool try_put(uint8_t byte)
    {
        const std::byte bytes[] = {std::byte{byte}};
        return console_write(console, bytes) == 1;
    }
    [[nodiscard, gnu::always_inline]] bool try_put_quickly(uint8_t byte)
    {
        return console.try_put_quickly(byte, this_hart().guest.given);
    }
    [[nodiscard]] dev::Effects set_interrupt(bool high) const
    {
        return plic->set_level(dev::serial_port_source, high);
    }
};

/// Gives every guest its end of the console. What is typed goes to the first one. Before any of them starts; takes
/// memory from the heap.
void connect_console(std::span<Guest* const> guests);

/// The console's device has input, or room for output: passes on what there is. On any hart; called by the
/// interrupt's handler.
void serve_console();

/// The console has something for the guest, or room for what it could not write. On one of its harts.
void serve_guest_console(Guest& guest);

/// The guest has read what it was given, and takes more input.
void console_input_wanted(Guest& guest);

/// Input that the guest asks for otherwise than at its serial port. How many bytes there were.
[[nodiscard]] size_t take_console_input(Guest& guest, std::span<std::byte> room);

/// What was typed and not read yet is nobody's any longer: the keyboard has gone to another guest.
void forget_keys();

/// What the guest has written goes out, if somebody reads it within a second or so. While none of its harts runs.
void flush_console(Guest& guest);

}  // namespace hv::arch

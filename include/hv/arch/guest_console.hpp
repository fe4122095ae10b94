// The wire between a guest's serial port and the machine's console, in both directions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <hv/arch/console.hpp>
#include <hv/dev/bus.hpp>
#include <hv/dev/effects.hpp>
#include <hv/dev/plic.hpp>

namespace hv::arch {

class Guest;

/// dev::SerialWires: the guest's serial line is the console, and its interrupt is a source of the guest's PLIC.
struct SerialWires {
    dev::Plic* plic;

    /// A byte that the console does not take now goes out when the console says that it has room again.
    static bool try_put(uint8_t byte)
    {
        if (console_try_put(byte)) {
            return true;
        }
        console_await_room();
        return false;
    }
    [[gnu::always_inline]] static bool try_put_quickly(uint8_t byte) { return console_try_put_quickly(byte); }
    [[nodiscard]] dev::Effects set_interrupt(bool high) const
    {
        return plic->set_level(dev::serial_port_source, high);
    }
};

/// From now on what is typed goes to `guest`.
void connect_console(Guest& guest);

/// The console's device has input, or room for output: passes on what there is. On any hart; called by the
/// interrupt's handler.
void serve_console();

/// The guest has read what it was given, and takes more input.
void console_input_wanted();

/// Input that the guest asks for otherwise than at its serial port. How many bytes there were.
[[nodiscard]] size_t take_console_input(Guest& guest, std::span<std::byte> room);

}  // namespace hv::arch

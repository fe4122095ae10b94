// The two wires out of a guest's serial port: its output, and its interrupt.
#pragma once

#include <concepts>
#include <cstdint>

#include <hv/dev/effects.hpp>

namespace hv::dev {

/// What a serial port is connected to. None of them calls back into the port, waits, or forgets a byte that it
/// took.
template <typename T>
concept SerialWires = requires(T& wires, uint8_t byte, bool high)
{
    /// Takes a byte of output, or leaves it with the port. Several harts may call it at once, with the port's lock
    /// held or not.
    {
        wires.try_put(byte)
        } -> std::same_as<bool>;
    /// The same, in a few instructions: may leave a byte with the port that try_put() would take.
    {
        wires.try_put_quickly(byte)
        } -> std::same_as<bool>;
    /// The interrupt output has moved. Called with the port's lock held, so that moves arrive in their order; what
    /// it returns is handed to whoever made the access. Such as Plic::set_level().
    {
        wires.set_interrupt(high)
        } -> std::same_as<Effects>;
};

}  // namespace hv::dev

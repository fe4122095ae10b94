// Which device of a guest's machine an address belongs to: QEMU's `virt`, as far as we have its devices.
#pragma once

#include <cstdint>

#include <hv/lib/address.hpp>

namespace hv::dev {

enum class Device : uint8_t { none, serial_port, plic };

/// Windows in the guest's physical address space, as its device tree names them.
inline constexpr GuestPhysRange serial_port_window{GuestPhysAddr{0x1000'0000}, 0x100};
inline constexpr GuestPhysRange plic_window{GuestPhysAddr{0x0c00'0000}, 0x60'0000};

/// The PLIC source that the serial port drives.
inline constexpr unsigned serial_port_source = 10;

/// `offset` is in bytes from the start of the device's window; 0 for none.
struct Place {
    Device device = Device::none;
    uint64_t offset = 0;

    friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// Four instructions a device; a serial port's guest polls it, so it comes first.
[[nodiscard, gnu::always_inline]] constexpr Place place_of(GuestPhysAddr address)
{
    if (serial_port_window.contains(address)) {
        return {Device::serial_port, address - serial_port_window.start};
    }
    if (plic_window.contains(address)) {
        return {Device::plic, address - plic_window.start};
    }
    return {};
}

static_assert(!serial_port_window.overlaps(plic_window));

}  // namespace hv::dev

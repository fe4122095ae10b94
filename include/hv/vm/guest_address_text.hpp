// What is at a guest-physical address, in words, for reports: memory, a device, or how far it is from either.
#pragma once

#include <span>

#include <hv/lib/address.hpp>
#include <hv/lib/format.hpp>
#include <hv/mm/guest_memory.hpp>

namespace hv::vm {

/// Formats as one of
///     the guest's RAM              the guest's RAM, read-only
///     a shared region, read-only
///     the UART's register 5        inside the UART's window, no register there
///     in the PLIC's window, at offset 0x200004
///     12 bytes past the end of RAM, nothing is there
///     4 KiB below the UART's window, nothing is there
struct GuestAddressText {
    std::span<const mm::GuestRegion> regions{};
    GuestPhysAddr address{};
    std::span<const mm::GuestRegion> shared{};  ///< with other guests
};
void format_value(FormatOutput& out, const GuestAddressText& text);

}  // namespace hv::vm

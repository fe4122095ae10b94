// A device of the machine's that a guest is to have for itself: its registers and interrupts, or why it cannot.
#pragma once

#include <cstdint>
#include <string_view>

#include <hv/fdt/host_machine.hpp>
#include <hv/fdt/tree.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/vm/description.hpp>

namespace hv::vm {

/// All views are into the machine's tree and the description.
struct HostDevice {
    static constexpr size_t max_windows = 2;
    static constexpr size_t max_interrupts = 4;

    std::string_view path;
    StaticVector<PhysRange, max_windows> registers;     ///< as `reg` says
    StaticVector<uint32_t, max_interrupts> interrupts;  ///< numbers at the machine's PLIC, and so at the guest's
};

/// The whole pages that hold these registers: what the guest reaches.
[[nodiscard]] constexpr PhysRange window_of(PhysRange registers)
{
    constexpr uint64_t page = 4096;
    const PhysAddr start = registers.start.align_down(page);
    return {start, (registers.end() - start + page - 1) & ~(page - 1)};
}

/// The device at `path`, for `guest`. Its pages have to be nobody else's: no other device's, no memory, nothing
/// that the hypervisor or the firmware uses, and nothing that the guest has of its own at that address. One that
/// is not known to be no bus master, by its node, needs the guest's `unsafe-dma`. The error's kind is
/// unusable_device.
[[nodiscard]] Expected<HostDevice, DescriptionError> find_host_device(const fdt::Tree& tree,
                                                                      const fdt::HostMachine& machine,
                                                                      const GuestDescription& guest,
                                                                      std::string_view path);

}  // namespace hv::vm

// Gives each guest of a description its harts and its memory on a machine, or says why that machine cannot.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <hv/fdt/host_machine.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/mm/guest_place.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/host_device.hpp>

namespace hv::vm {

/// What a machine has, and who holds what of it before any guest does.
struct MachineRequest {
    /// Reserved ranges, and the device tree, the initrd, the image and the stack.
    static constexpr size_t max_claims = fdt::HostMachine::max_reserved + 4;
    /// The boot hart and the first others that are available: each has a bit of a SpinLock's word.
    static constexpr uint32_t max_harts = 32;

    std::span<const PhysRange> ram;
    std::span<const mm::Claim> claims;       ///< at most max_claims
    PhysRange heap;                          ///< the hypervisor's, which may lose its end
    std::span<const uint64_t> harts;         ///< ids of those that can be used; at most fdt::HostMachine::max_harts
    const fdt::Tree* tree = nullptr;         ///< for devices, and so is
    const fdt::HostMachine* host = nullptr;  ///< what the tree says
};

/// What one guest is given.
struct GuestPlacement {
    /// Claims, bases and regions.
    static constexpr size_t max_held =
        MachineRequest::max_claims + Description::max_guests + Description::max_regions;
    /// Each begins with a bank, behind what is held, or at the heap's end.
    static constexpr size_t max_pieces = fdt::HostMachine::max_ram_banks + max_held + 1;

    /// In the order of the guest's own addresses; none is empty, all together are its memory.
    StaticVector<PhysRange, max_pieces> memory;
    /// vCPU n runs on the nth, an index into MachineRequest::harts.
    StaticVector<uint32_t, GuestDescription::max_harts> harts;
    StaticVector<HostDevice, GuestDescription::max_devices> devices;
};

/// Large: give it static storage, not a stack.
struct Placement {
    std::array<GuestPlacement, Description::max_guests> guests{};  ///< in the description's order
    StaticVector<PhysRange, Description::max_regions> regions;     ///< likewise; starts at a multiple of 2 MiB
    PhysRange heap;                                                ///< what is left of it
    /// The request's claims, and behind them those of guests and regions whose place is known.
    StaticVector<mm::Claim, GuestPlacement::max_held> held;
};

/// Fills in `placement`, which is fresh. Guests that name harts or a base get those; what is left goes to the
/// others in their order. Memory is taken above the heap while there is enough, and then the heap's own end, which
/// keeps mm::minimum_heap_size. The description is one that read_description() has accepted.
///
/// Errors: those of check_harts(), and those of DescriptionError::Kind from memory_not_ram on.
[[nodiscard]] Expected<void, DescriptionError> place(const Description& description, const MachineRequest& machine,
                                                     Placement& placement);

}  // namespace hv::vm

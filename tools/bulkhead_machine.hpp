// The machine that a description is checked against: its device tree, and what a tree does not say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <hv/fdt/host_machine.hpp>
#include <hv/mm/memory_layout.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/placement.hpp>

namespace hv::tools {

/// Where a boot loader puts what, where the tree has not been through one yet: the firmware, this tree and the
/// description. Then it is as on QEMU's virt machine with OpenSBI; and the hypervisor lies where it is linked.
struct Machine {
    std::vector<std::byte> tree;
    fdt::HostMachine host;  ///< views the tree
    /// Ids of those that can be used: where there are more, the boot hart is taken to be among the first.
    StaticVector<uint64_t, vm::MachineRequest::max_harts> harts;
    std::vector<mm::Claim> claims;  ///< all memory that is taken
    PhysRange heap;                 ///< the hypervisor's
    vm::Placement placement{};      ///< what check() has found so far; errors view it
};

/// Fills in `machine` from its tree and the description's size in bytes. Errors are the boot's.
[[nodiscard]] Expected<void, mm::LayoutError> complete(Machine& machine, size_t description_size);

/// Has it all that the description says? To be called once.
[[nodiscard]] Expected<void, vm::DescriptionError> check(Machine& machine, const vm::Description& description);

}  // namespace hv::tools

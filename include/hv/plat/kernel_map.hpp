// The hypervisor's own address map on this board: which memory it reaches, and what it may do there.
#pragma once

#include <span>

#include <hv/arch/hart.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/address_map.hpp>
#include <hv/mm/ownership.hpp>
#include <hv/plat/board.hpp>

namespace hv::plat {

/// Text, read-only data, data and BSS, the stacks of the boot hart and of `harts` (in the order they were made),
/// the heap around those, guests' memory, the device tree, and the registers of the console and the finisher.
/// Nothing else is mapped.
[[nodiscard]] Vector<mm::MemoryRegion> kernel_map(const Board& board, PhysRange heap,
                                                  const mm::OwnershipTable& owners,
                                                  std::span<arch::HartRecord* const> harts);

}  // namespace hv::plat

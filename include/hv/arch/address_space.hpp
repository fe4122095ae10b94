// The hypervisor's own address space: Sv39, the identity, everything with the least permission that it needs.
#pragma once

#include <cstdint>

#include <hv/isa/registers.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/address_map.hpp>

namespace hv::arch {

/// Builds the page table for `map` from the heap, and turns it on for this hart and for every hart that is started
/// from now on. Panics use `map` to say what a bad address hit.
void enter_address_space(Vector<mm::MemoryRegion> map);

/// Says in one sentence what an exception means: for a page fault what was hit, by the map given above.
void describe_trap(Sink& sink, isa::Scause cause, uint64_t stval);

}  // namespace hv::arch

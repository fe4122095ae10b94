// Bringing up the harts that the firmware left stopped, each with a record and stacks of its own.
#pragma once

#include <cstdint>
#include <span>

#include <hv/arch/hart.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/address_map.hpp>

namespace hv::arch {

/// What a started hart runs, on its own stack, under the hypervisor's address map, with interrupts off.
using HartEntry = void (*)(HartRecord&);

/// Makes a record, a stack and a trap stack, each above a guard page, from the heap. `index` is 1 to max_harts - 1
/// and no other hart's.
[[nodiscard]] HartRecord& make_hart(uint64_t id, uint32_t index);

/// Where this hart's stacks lie, with the guard page below each.
[[nodiscard]] PhysRange stacks_range(const HartRecord& hart);

/// Adds the regions of this hart's stacks to `map`.
void add_stacks(Vector<mm::MemoryRegion>& map, const HartRecord& hart);

/// Asks the firmware to start the hart at `entry`; a return from it is a panic. False, and why, is said on the
/// console, where the firmware refuses. Call it after enter_address_space().
[[nodiscard]] bool start_hart(HartRecord& hart, HartEntry entry);

/// Waits until `hart` runs. False if it does not within ten seconds or so.
[[nodiscard]] bool wait_until_online(const HartRecord& hart);

/// Sleeps for about `ticks` of `time`, or less. With interrupts off, and while this hart uses no timer of its own:
/// afterwards none is set, and sie.STIE is clear.
void nap(uint64_t ticks);

}  // namespace hv::arch

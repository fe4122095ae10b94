// The regions that guests share, as the description has them: where each lies, and who has which part in it.
#pragma once

#include <hv/arch/guest.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/mm/ownership.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/placement.hpp>

namespace hv::plat {

/// By number. In memory that stays.
using SharedRegions = StaticVector<arch::SharedRegion*, vm::Description::max_regions>;

/// Where every member has region `number`.
[[nodiscard]] GuestPhysRange shared_range(const vm::Description& description, size_t number);

/// What the table of owners is to say of region `number`.
[[nodiscard]] mm::SharedMemory shared_memory(const vm::Description& description, size_t number);

/// Makes the regions' doorbells, and zeroes their memory.
[[nodiscard]] SharedRegions make_shared_regions(const vm::Description& description, const vm::Placement& placement);

/// Adds to the plan of guest number `guest` the doorbells that it has, and what its tree says of the regions.
/// `plan` stays where it is.
void join_regions(const vm::Description& description, const SharedRegions& regions, size_t guest,
                  arch::GuestPlan& plan);

}  // namespace hv::plat

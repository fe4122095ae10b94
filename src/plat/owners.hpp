// Writing down who has what of this machine.
#pragma once

#include <hv/plat/partitions.hpp>

namespace hv::plat {

/// In the heap, for life: all of the machine's RAM, the devices that somebody uses, and its harts.
[[nodiscard]] const mm::OwnershipTable& make_owners(const Partitions& partitions, const Board& board);

}  // namespace hv::plat

// Writing down who has what of this machine.
#pragma once

#include <hv/plat/partitions.hpp>

namespace hv::plat {

/// Fills in `partitions.owners`: all of the machine's RAM, the devices that somebody uses, and its harts.
void make_owners(Partitions& partitions, const Board& board);

}  // namespace hv::plat

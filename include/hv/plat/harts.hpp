// The board's harts: which there are, by its device tree, and bringing them up.
#pragma once

#include <span>

#include <hv/arch/hart.hpp>
#include <hv/arch/harts.hpp>
#include <hv/lib/vector.hpp>
#include <hv/plat/board.hpp>
#include <hv/vm/hart_features.hpp>

namespace hv::plat {

/// What this hart has for guests, and, as we take it, all others too. Refuses to boot where the hypervisor itself
/// lacks something.
[[nodiscard]] vm::HartFeatures probe_hart(const Board& board);

/// A record and stacks for every available hart but the boot hart, in the order of the device tree. Says so where
/// the board has more harts than we use.
[[nodiscard]] Vector<arch::HartRecord*> make_harts(const Board& board);

/// Starts `harts`, each at `entry`, waits for them, and says how many harts run if it is more than one. A hart that
/// does not come is named, and left out.
void start_harts(std::span<arch::HartRecord* const> harts, arch::HartEntry entry);

}  // namespace hv::plat

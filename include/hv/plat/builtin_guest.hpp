// The guest that is part of the hypervisor's own image, for when there is no other.
#pragma once

#include <cstdint>

#include <hv/arch/guest.hpp>
#include <hv/plat/board.hpp>

namespace hv::plat {

/// What it is given, in bytes.
inline constexpr uint64_t builtin_guest_memory = 4 * 1024 * 1024;

/// Builds it, from the heap, with one hart and the RAM at `memory`.
[[nodiscard]] arch::Guest& make_builtin_guest(const Board& board, PhysRange memory);

}  // namespace hv::plat

// Finds memory for guests in what the machine has and the hypervisor does not need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <hv/lib/address.hpp>
#include <hv/mm/memory_layout.hpp>

namespace hv::mm {

/// Where guests' memory lies, and the heap that is left.
struct GuestPlace {
    PhysRange guests{};
    PhysRange heap{};
};

/// Finds `size` bytes for guests, at a multiple of 2 MiB so that large pages map them: the lowest in `ram` above
/// the heap that nobody claims, or else the heap's own end. Nothing where neither has room; the heap keeps
/// minimum_heap_size.
[[nodiscard]] std::optional<GuestPlace> place_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                                     PhysRange heap, uint64_t size);

}  // namespace hv::mm

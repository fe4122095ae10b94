// Finds memory for guests in what the machine has and the hypervisor does not need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <hv/lib/address.hpp>
#include <hv/mm/memory_layout.hpp>

namespace hv::mm {

/// Guests' memory comes in multiples of this, so that large pages map it.
inline constexpr uint64_t guest_alignment = 2 * 1024 * 1024;

/// Free memory in blocks, bank after bank, each from the bottom up. There are at most as many as banks and claims.
struct FreeMemory {
    std::span<const PhysRange> ram{};  ///< the banks that are left
    std::span<const Claim> claims{};
    PhysAddr least{};  ///< no block begins below it
    PhysAddr next_at = least;

    /// A multiple of guest_alignment; empty behind the last one.
    [[nodiscard]] PhysRange next();
};

/// Where guests' memory lies, and the heap that is left. What it views outlives it, and stays as it is.
struct GuestPlace {
    PhysRange heap{};
    PhysRange block{};      ///< what is next,
    FreeMemory blocks{};    ///< what follows it,
    PhysRange heaps_end{};  ///< and what is last

    /// Takes the next bytes: `size`, or what the first block that is left has, if that is less. To be asked for no
    /// more in all than the place was found for. Empty where nothing is left.
    [[nodiscard]] PhysRange take(uint64_t size);
};

/// Finds `size` bytes for guests in memory of `ram` that nobody claims: the lowest block above the heap that holds
/// it all; or else several, and last the heap's own end. Nothing where there is too little; the heap keeps
/// minimum_heap_size.
[[nodiscard]] std::optional<GuestPlace> place_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                                     PhysRange heap, uint64_t size);

/// The most that place_guests() finds there, in bytes.
[[nodiscard]] uint64_t room_for_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                       PhysRange heap);

}  // namespace hv::mm

// Finds memory for guests in what the machine has and the hypervisor does not need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <hv/lib/address.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/mm/memory_layout.hpp>

namespace hv::mm {

/// Guests' memory comes in multiples of this, so that large pages map it.
inline constexpr uint64_t guest_alignment = 2 * 1024 * 1024;

/// Where guests' memory lies, and the heap that is left.
struct GuestPlace {
    static constexpr size_t max_blocks = 8;

    StaticVector<PhysRange, max_blocks> blocks{};  ///< multiples of guest_alignment; none is empty
    PhysRange heap{};

    /// Bytes of all blocks.
    [[nodiscard]] uint64_t size() const;
    /// Takes the next bytes out of the blocks: `size`, or what the first block that is left has, if that is less.
    /// Empty where nothing is left.
    [[nodiscard]] PhysRange take(uint64_t size);
};

/// Finds `size` bytes for guests in memory of `ram` that nobody claims: the lowest block above the heap that holds
/// it all; or else several, and last the heap's own end. Nothing where there is too little in max_blocks blocks;
/// the heap keeps minimum_heap_size.
[[nodiscard]] std::optional<GuestPlace> place_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                                     PhysRange heap, uint64_t size);

/// The most that place_guests() finds there, in bytes.
[[nodiscard]] uint64_t room_for_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                       PhysRange heap);

}  // namespace hv::mm

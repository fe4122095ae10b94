// A stretch of addresses on its way into a page table: checked as a whole, then taken apart entry by entry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include <hv/isa/pte.hpp>
#include <hv/lib/address.hpp>
#include <hv/mm/page_table_types.hpp>

namespace hv::mm {

/// `size` bytes from `at`, an address of the format's space, to `target`.
template <typename Format>
struct MapPiece {
    using Addr = Address<typename Format::Space>;

    Addr at{};
    uint64_t size = 0;
    PhysAddr target{};

    /// What forbids to map it in any table of this format. An empty piece is fine wherever it lies.
    [[nodiscard]] constexpr std::optional<MapError> error() const
    {
        if (size == 0) {
            return std::nullopt;
        }
        if (((at.value() | size | target.value()) & (isa::page_size - 1)) != 0) {
            return MapError::misaligned;
        }
        // Canonical addresses come in a low and a high half, with a gap that no piece may span.
        const Addr last = at + (size - 1);
        const bool wraps = last < at;
        const bool one_half = (at.value() ^ last.value()) >> 63 == 0;
        if (wraps || !one_half || !Format::is_canonical(at) || !Format::is_canonical(last)) {
            return MapError::not_canonical;
        }
        const PhysRange physical{PhysAddr{0}, uint64_t{1} << isa::physical_address_bits};
        if (!physical.contains(PhysRange{target, size})) {
            return MapError::not_physical;
        }
        return std::nullopt;
    }

    /// Takes off and returns the part that lies in the first entry, where one entry covers `entry_bytes`.
    constexpr MapPiece take_entry(uint64_t entry_bytes)
    {
        // Pieces are made of whole pages: saying so makes the loops over 4 KiB entries a third shorter.
        const uint64_t left_in_entry = entry_bytes - (at.value() & (entry_bytes - 1));
        const uint64_t taken = entry_bytes == isa::page_size ? entry_bytes : std::min(size, left_in_entry);
        const MapPiece first{at, taken, target};
        *this = MapPiece{at + first.size, size - first.size, target + first.size};
        return first;
    }

    /// Is it, as taken by take_entry(entry_bytes), one whole page of that size?
    [[nodiscard]] constexpr bool is_page(uint64_t entry_bytes) const
    {
        return size == entry_bytes && target.is_aligned(entry_bytes);
    }
};

}  // namespace hv::mm

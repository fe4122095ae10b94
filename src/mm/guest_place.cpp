// Tries the places between claims from the bottom up, and the heap's end last.
#include <hv/mm/guest_place.hpp>

#include <algorithm>

namespace hv::mm {
namespace {

constexpr uint64_t guest_alignment = 2 * 1024 * 1024;

/// The first claim that lies on `range`.
const Claim* claim_on(std::span<const Claim> claims, PhysRange range)
{
    const auto found =
        std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.range.overlaps(range); });
    return found == claims.end() ? nullptr : &*found;
}

/// The lowest place in `bank` at or above `from` that nobody claims. Each step passes a claim, so it ends.
std::optional<PhysRange> free_place(std::span<const Claim> claims, PhysRange bank, PhysAddr from, uint64_t size)
{
    PhysRange place{std::max(bank.start, from).align_up(guest_alignment), size};
    while (bank.contains(place)) {
        const Claim* claim = claim_on(claims, place);
        if (claim == nullptr) {
            return place;
        }
        place.start = claim->range.end().align_up(guest_alignment);
    }
    return std::nullopt;
}

}  // namespace

std::optional<GuestPlace> place_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                       PhysRange heap, uint64_t size)
{
    std::optional<PhysRange> lowest;
    for (const PhysRange& bank : ram) {
        const auto place = free_place(claims, bank, heap.end(), size);
        if (place && (!lowest || place->start < lowest->start)) {
            lowest = place;
        }
    }
    if (lowest) {
        return GuestPlace{*lowest, heap};
    }
    if (size > heap.size) {
        return std::nullopt;
    }
    const PhysAddr start = (heap.end() - size).align_down(guest_alignment);
    if (start < heap.start || start - heap.start < minimum_heap_size) {
        return std::nullopt;
    }
    return GuestPlace{{start, size}, PhysRange::between(heap.start, start)};
}

}  // namespace hv::mm

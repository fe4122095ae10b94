// Tries the places between claims from the bottom up, and the heap's end last.
#include <hv/mm/guest_place.hpp>

#include <algorithm>
#include <utility>

#include <hv/lib/bits.hpp>

namespace hv::mm {
namespace {

/// The lowest claim that lies on `range`.
const Claim* lowest_claim_on(std::span<const Claim> claims, PhysRange range)
{
    const Claim* lowest = nullptr;
    for (const Claim& claim : claims) {
        if (claim.range.overlaps(range) && (lowest == nullptr || claim.range.start < lowest->range.start)) {
            lowest = &claim;
        }
    }
    return lowest;
}

}  // namespace

PhysRange FreeMemory::next()
{
    // Each round passes a claim or a bank, so it ends.
    while (!ram.empty()) {
        const PhysRange bank = ram.front();
        const PhysAddr start = std::max(bank.start, next_at).align_up(guest_alignment);
        if (start >= bank.end()) {
            ram = ram.subspan(1);
            next_at = least;
            continue;
        }
        const Claim* claim = lowest_claim_on(claims, PhysRange::between(start, bank.end()));
        const PhysAddr end = claim == nullptr ? bank.end() : claim->range.start;
        // Behind a claim, unless that reaches the bank's end: one up to the last address ends at 0.
        const PhysAddr behind = claim == nullptr ? bank.end() : claim->range.end();
        next_at = start < behind && behind < bank.end() ? behind : bank.end();
        if (start < end.align_down(guest_alignment)) {
            return PhysRange::between(start, end.align_down(guest_alignment));
        }
    }
    return {};
}

PhysRange GuestPlace::take(uint64_t size)
{
    if (block.empty()) {
        block = blocks.next();
    }
    if (block.empty()) {
        block = std::exchange(heaps_end, {});
    }
    const PhysRange taken{block.start, std::min(block.size, size)};
    block = {block.start + taken.size, block.size - taken.size};
    return taken;
}

std::optional<GuestPlace> place_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                       PhysRange heap, uint64_t size)
{
    if (size > (uint64_t{1} << 56)) {
        return std::nullopt;  // more than a machine can have
    }
    GuestPlace place{.heap = heap, .blocks = {.ram = ram, .claims = claims, .least = heap.end()}};
    size = align_up(size, guest_alignment);
    uint64_t missing = size;
    FreeMemory free = place.blocks;
    for (PhysRange block = free.next(); !block.empty(); block = free.next()) {
        missing -= std::min(block.size, missing);
        if (block.size >= size && (place.block.empty() || block.start < place.block.start)) {
            place.block = {block.start, size};
        }
    }
    if (!place.block.empty()) {
        place.blocks = {};
    }
    if (missing == 0) {
        return place;
    }
    if (missing > heap.size) {
        return std::nullopt;
    }
    const PhysAddr start = (heap.end() - missing).align_down(guest_alignment);
    if (start < heap.start || start - heap.start < minimum_heap_size) {
        return std::nullopt;
    }
    place.heaps_end = {start, missing};
    place.heap = PhysRange::between(heap.start, start);
    return place;
}

uint64_t room_for_guests(std::span<const PhysRange> ram, std::span<const Claim> claims, PhysRange heap)
{
    const PhysAddr least_end = (heap.start + minimum_heap_size).align_up(guest_alignment);
    const PhysAddr end = heap.end().align_down(guest_alignment);
    uint64_t room = least_end < end ? end - least_end : 0;
    FreeMemory free{.ram = ram, .claims = claims, .least = heap.end()};
    for (PhysRange block = free.next(); !block.empty(); block = free.next()) {
        room += block.size;
    }
    return room;
}

}  // namespace hv::mm

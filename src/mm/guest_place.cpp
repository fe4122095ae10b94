// Tries the places between claims from the bottom up, and the heap's end last.
#include <hv/mm/guest_place.hpp>

#include <algorithm>

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

/// Collects blocks until there is enough.
class Search {
public:
    Search(std::span<const Claim> claims, uint64_t size) : claims_{claims}, size_{size} {}

    /// Every free block of `bank` at or above `from`, from the bottom up. Each step passes a claim, so it ends.
    void look_in(PhysRange bank, PhysAddr from)
    {
        PhysAddr start = std::max(bank.start, from).align_up(guest_alignment);
        while (start < bank.end()) {
            const PhysRange rest = PhysRange::between(start, bank.end());
            const Claim* claim = lowest_claim_on(claims_, rest);
            const PhysAddr end = claim == nullptr ? bank.end() : std::max(claim->range.start, start);
            add(start, end.align_down(guest_alignment));
            if (claim == nullptr) {
                return;
            }
            start = claim->range.end().align_up(guest_alignment);
        }
    }

    /// What is still missing.
    [[nodiscard]] uint64_t missing() const { return size_ - place_.size(); }
    [[nodiscard]] GuestPlace& place() { return place_; }
    /// The lowest block that holds everything.
    [[nodiscard]] std::optional<PhysRange> whole() const { return whole_; }

private:
    void add(PhysAddr start, PhysAddr end)
    {
        if (start >= end) {
            return;
        }
        const uint64_t room = end - start;
        if (room >= size_ && (!whole_ || start < whole_->start)) {
            whole_ = PhysRange{start, size_};
        }
        if (missing() != 0) {
            static_cast<void>(place_.blocks.try_push_back({start, std::min(room, missing())}));
        }
    }

    std::span<const Claim> claims_;
    uint64_t size_;
    GuestPlace place_{};
    std::optional<PhysRange> whole_{};
};

}  // namespace

uint64_t GuestPlace::size() const
{
    uint64_t size = 0;
    for (const PhysRange& block : blocks) {
        size += block.size;
    }
    return size;
}

PhysRange GuestPlace::take(uint64_t size)
{
    for (PhysRange& block : blocks) {
        if (block.empty()) {
            continue;
        }
        const PhysRange taken{block.start, std::min(block.size, size)};
        block = {block.start + taken.size, block.size - taken.size};
        return taken;
    }
    return {};
}

std::optional<GuestPlace> place_guests(std::span<const PhysRange> ram, std::span<const Claim> claims,
                                       PhysRange heap, uint64_t size)
{
    if (size > (uint64_t{1} << 56)) {
        return std::nullopt;  // more than a machine can have
    }
    Search search{claims, align_up(size, guest_alignment)};
    for (const PhysRange& bank : ram) {
        search.look_in(bank, heap.end());
    }
    GuestPlace& place = search.place();
    place.heap = heap;
    if (const auto whole = search.whole()) {
        place.blocks.clear();
        place.blocks.push_back(*whole);
        return place;
    }
    const uint64_t missing = search.missing();
    if (missing == 0) {
        return place;
    }
    if (missing > heap.size) {
        return std::nullopt;
    }
    const PhysAddr start = (heap.end() - missing).align_down(guest_alignment);
    if (start < heap.start || start - heap.start < minimum_heap_size ||
        !place.blocks.try_push_back({start, missing})) {
        return std::nullopt;
    }
    place.heap = PhysRange::between(heap.start, start);
    return place;
}

uint64_t room_for_guests(std::span<const PhysRange> ram, std::span<const Claim> claims, PhysRange heap)
{
    constexpr uint64_t everything = uint64_t{1} << 62;
    Search search{claims, everything};
    for (const PhysRange& bank : ram) {
        search.look_in(bank, heap.end());
    }
    const PhysAddr least_end = (heap.start + minimum_heap_size).align_up(guest_alignment);
    const PhysAddr end = heap.end().align_down(guest_alignment);
    const bool room_for_another = !search.place().blocks.full() && least_end < end;
    return search.place().size() + (room_for_another ? end - least_end : 0);
}

}  // namespace hv::mm

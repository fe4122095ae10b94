// Keeps the lists of owners in order, and finds an owner in them.
#include <hv/mm/ownership.hpp>

#include <algorithm>

namespace hv::mm {
namespace {

/// Moves the last element down to where it belongs: the lists are short and made once.
template <typename T, typename Before>
void settle_last(std::span<T> list, Before before)
{
    for (size_t i = list.size() - 1; i > 0 && before(list[i], list[i - 1]); --i) {
        std::swap(list[i], list[i - 1]);
    }
}

/// The part of `range` that begins at `start`.
PhysRange from(PhysRange range, PhysAddr start)
{
    return {start, range.size - (start - range.start)};
}

}  // namespace

size_t OwnershipTable::add_shared(const SharedMemory& shared)
{
    shared_.push_back(shared);
    return shared_.size() - 1;
}

size_t OwnershipTable::first_above(PhysAddr address) const
{
    size_t low = 0;
    for (size_t high = ranges_.size(); low != high;) {
        const size_t middle = low + (high - low) / 2;
        const PhysRange& range = ranges_[middle].range;
        if (address >= range.start && address - range.start >= range.size) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

std::optional<OwnedRange> OwnershipTable::add(const OwnedRange& added)
{
    if (added.range.empty()) {
        return {};
    }
    if (const size_t next = first_above(added.range.start);
        next != ranges_.size() && ranges_[next].range.overlaps(added.range)) {
        return ranges_[next];
    }
    ranges_.push_back(added);
    settle_last(ranges_.span(), [](const auto& a, const auto& b) { return a.range.start < b.range.start; });
    return {};
}

void OwnershipTable::add_rest(const OwnedRange& added)
{
    OwnedRange rest = added;
    while (const std::optional<OwnedRange> other = add(rest)) {
        const PhysRange taken = other->range;
        if (rest.range.start < taken.start) {
            OwnedRange piece = rest;
            piece.range = PhysRange::between(rest.range.start, taken.start);
            static_cast<void>(add(piece));
        }
        const PhysAddr last = rest.range.start + (rest.range.size - 1);
        if (taken.contains(last)) {
            return;
        }
        rest.range = from(rest.range, taken.end());
    }
}

std::optional<Owner> OwnershipTable::add_number(Vector<OwnedNumber>& numbers, OwnedNumber added)
{
    for (const OwnedNumber& each : numbers) {
        if (each.number == added.number) {
            return each.owner;
        }
    }
    numbers.push_back(added);
    return {};
}

void OwnershipTable::add_view(const GuestView& view)
{
    views_.push_back(view);
    settle_last(views_.span(), [](const GuestView& a, const GuestView& b) {
        return a.guest != b.guest ? a.guest < b.guest : a.region.range.start < b.region.range.start;
    });
}

std::span<const GuestView> OwnershipTable::views_of(size_t guest) const
{
    const std::span<const GuestView> all = views_.span();
    size_t first = 0;
    while (first != all.size() && all[first].guest < guest) {
        ++first;
    }
    size_t count = 0;
    while (first + count != all.size() && all[first + count].guest == guest) {
        ++count;
    }
    return all.subspan(first, count);
}

OwnedRange OwnershipTable::at(PhysAddr address) const
{
    const size_t next = first_above(address);
    if (next != ranges_.size() && ranges_[next].range.contains(address)) {
        return ranges_[next];
    }
    return {.range = {address, 1}, .owner = {}, .what = {}};
}

std::optional<OwnedRange> OwnershipTable::first_foreign(PhysRange range, size_t guest, bool write) const
{
    PhysRange rest = range;
    while (!rest.empty()) {
        OwnedRange here = at(rest.start);
        here.range = from(here.range, rest.start);
        here.range.size = std::min(here.range.size, rest.size);
        const bool own = here.owner == Owner::guest(guest);
        bool shared = false;
        if (here.owner.kind == Owner::Kind::shared) {
            const SharedMemory& memory = shared_[here.owner.index];
            shared = ((write ? memory.writers : memory.readers) >> guest & 1) != 0;
        }
        if (!own && !shared) {
            return here;
        }
        rest = {here.range.end(), rest.size - here.range.size};
    }
    return {};
}

void OwnershipTable::print_owner(FormatOutput& out, const OwnedRange& owned) const
{
    switch (owned.owner.kind) {
    case Owner::Kind::guest:
        print(out, "guest {}", guests_[owned.owner.index]);
        break;
    case Owner::Kind::hypervisor:
        print(out, "the hypervisor ({})", owned.what);
        break;
    case Owner::Kind::shared:
        print(out, "the shared memory {}", shared_[owned.owner.index].name);
        break;
    case Owner::Kind::nobody:
        out.write("nobody");
        break;
    }
}

}  // namespace hv::mm

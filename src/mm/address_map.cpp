// The list of regions: what lies at an address, and words for an access that faulted.
#include <hv/mm/address_map.hpp>

#include <algorithm>

namespace hv::mm {
namespace {

std::string_view words_for(Access access)
{
    switch (access) {
    case Access::load:
        return "load from";
    case Access::store:
        return "store to";
    case Access::jump:
        return "jump to";
    }
    return "access to";
}

}  // namespace

std::string_view name_of(KernelAccess access)
{
    switch (access) {
    case KernelAccess::read:
        return "read only";
    case KernelAccess::read_write:
        return "read and write";
    case KernelAccess::read_execute:
        return "read and execute";
    }
    return "unknown access";
}

void format_value(FormatOutput& out, const MemoryRegion& region)
{
    out.write(region.name);
    if (region.hart != MemoryRegion::no_hart) {
        print(out, " of hart {}", region.hart);
    }
}

const MemoryRegion* find_region(std::span<const MemoryRegion> map, PhysAddr address)
{
    for (const MemoryRegion& region : map) {
        if (region.range.contains(address)) {
            return &region;
        }
    }
    return nullptr;
}

void add_region(Vector<MemoryRegion>& map, const MemoryRegion& region)
{
    map.push_back(region);
}

void add_around(Vector<MemoryRegion>& map, const MemoryRegion& whole, std::span<const PhysRange> holes)
{
    MemoryRegion piece = whole;
    PhysAddr start = whole.range.start;
    const auto add_up_to = [&](PhysAddr end) {
        if (end != start) {
            piece.range = PhysRange::between(start, end);
            add_region(map, piece);
        }
    };
    for (const PhysRange& hole : holes) {
        add_up_to(hole.start);
        start = hole.end();
    }
    add_up_to(whole.range.end());
}

void add_pages_of(Vector<MemoryRegion>& map, const MemoryRegion& region)
{
    if (region.range.empty()) {
        return;
    }
    PhysAddr start = region.range.start.align_down(isa::page_size);
    const PhysAddr end = region.range.end().align_up(isa::page_size);
    while (start < end) {
        const MemoryRegion* there = find_region(map, start);
        if (there != nullptr && there->access == region.access) {
            start = there->range.end();
            continue;
        }
        // All up to the next one that has its pages already.
        PhysAddr next = end;
        for (const MemoryRegion& other : map) {
            if (other.access == region.access && other.range.start > start) {
                next = std::min(next, other.range.start);
            }
        }
        MemoryRegion added = region;
        added.range = PhysRange::between(start, next);
        add_region(map, added);
        start = next;
    }
}

void describe_fault(FormatOutput& out, std::span<const MemoryRegion> map, Access access, VirtAddr address)
{
    // The hypervisor's map is the identity.
    const MemoryRegion* region = find_region(map, PhysAddr{address.value()});
    if (region == nullptr) {
        print(out, "{} {}, where nothing is mapped", words_for(access), address);
    } else if (!region->access) {
        print(out, "stack overflow on hart {}: {} {}, in the {}", region->hart, words_for(access), address,
              region->name);
    } else {
        print(out, "{} {}, in {} ({})", words_for(access), address, *region, *region->access);
    }
}

}  // namespace hv::mm

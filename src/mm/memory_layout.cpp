// The heap against the machine: see the header.
#include <hv/mm/memory_layout.hpp>

#include <algorithm>

#include <hv/lib/format.hpp>

namespace hv::mm {
namespace {

constexpr uint64_t page_size = 4096;

/// How many bytes of RAM there are from `start` on without a gap, across banks that touch or overlap.
uint64_t ram_from(std::span<const PhysRange> ram, PhysAddr start)
{
    uint64_t reach = 0;
    // Each round that finds something is the last in which its bank does.
    for (bool grown = true; grown;) {
        grown = false;
        for (const PhysRange& bank : ram) {
            const PhysAddr next = start + reach;
            if (!bank.fits() || !bank.contains(next)) {
                continue;
            }
            const uint64_t more = bank.size - (next - bank.start);
            if (more > UINT64_MAX - start.value() - reach) {
                return UINT64_MAX - start.value();  // up to the last address, where next would wrap
            }
            reach += more;
            grown = true;
        }
    }
    return reach;
}

LayoutError outside_of_ram(const LayoutRequest& request, std::string_view ours, PhysRange our_range)
{
    LayoutError error{.kind = LayoutError::Kind::outside_of_ram,
                      .ours = ours,
                      .our_range = our_range,
                      .claim = {},
                      .ram = request.ram.front()};
    for (const PhysRange& bank : request.ram) {
        if (bank.contains(our_range.start)) {
            error.ram = bank;
        }
    }
    return error;
}

/// The image or the stack: in RAM, and nobody else's.
Expected<void, LayoutError> check_ours(const LayoutRequest& request, std::string_view ours, PhysRange our_range)
{
    if (!is_ram(request.ram, our_range)) {
        return Unexpected{outside_of_ram(request, ours, our_range)};
    }
    for (const Claim& claim : request.claims) {
        if (claim.range.overlaps(our_range)) {
            return Unexpected{LayoutError{.kind = LayoutError::Kind::overlap,
                                          .ours = ours,
                                          .our_range = our_range,
                                          .claim = claim,
                                          .ram = {}}};
        }
    }
    return {};
}

HeapLayout cut_heap(const LayoutRequest& request)
{
    const PhysAddr start = request.wanted_heap.start;
    HeapLayout layout{.heap = request.wanted_heap, .wanted_end = request.wanted_heap.end(), .claim = {}};
    const uint64_t ram = ram_from(request.ram, start);
    if (ram < layout.heap.size) {
        layout.heap.size = ram;
    }
    for (const Claim& claim : request.claims) {
        if (claim.range.overlaps(layout.heap)) {
            layout.heap.size = claim.range.contains(start) ? 0 : claim.range.start - start;
            layout.claim = claim;
        }
    }
    if (layout.is_cut()) {
        const PhysAddr end = layout.heap.end().align_down(page_size);
        layout.heap.size = end > start ? end - start : 0;
    }
    return layout;
}

std::string_view words_for(Holder holder)
{
    switch (holder) {
    case Holder::device_tree:
        return "the device tree";
    case Holder::initrd:
        return "the initrd";
    case Holder::reserved:
        return "the reserved range";
    case Holder::hypervisor:
        return "the hypervisor's";
    case Holder::guest:
        return "guest";
    }
    return "somebody";
}

/// What whoever starts the machine can do about a claim.
std::string_view advice_for(Holder holder)
{
    return holder == Holder::reserved ? "the hypervisor cannot run at this address on this machine"
                                      : "load it elsewhere";
}

void format_too_small(FormatOutput& out, const LayoutError& error)
{
    print(out, "the heap at {} has {} bytes, {} short of the {} that it needs at least: ", error.our_range.start,
          error.our_range.size, minimum_heap_size - error.our_range.size, minimum_heap_size);
    if (error.claim) {
        print(out, "{} is in the way", *error.claim);
    } else {
        print(out, "RAM ends at {}", error.our_range.end());
    }
}

}  // namespace

bool is_ram(std::span<const PhysRange> ram, PhysRange range)
{
    return ram_from(ram, range.start) >= range.size;
}

Expected<HeapLayout, LayoutError> lay_out_memory(const LayoutRequest& request)
{
    if (request.ram.empty()) {
        return Unexpected{
            LayoutError{.kind = LayoutError::Kind::no_ram, .ours = {}, .our_range = {}, .claim = {}, .ram = {}}};
    }
    HV_CHECK(check_ours(request, "image", request.image));
    HV_CHECK(check_ours(request, "stack", request.stack));
    const HeapLayout layout = cut_heap(request);
    if (layout.heap.size < minimum_heap_size) {
        return Unexpected{LayoutError{.kind = LayoutError::Kind::heap_too_small,
                                      .ours = {},
                                      .our_range = layout.heap,
                                      .claim = layout.claim,
                                      .ram = {}}};
    }
    return layout;
}

void format_value(FormatOutput& out, const Claim& claim)
{
    out.write(words_for(claim.holder));
    if (!claim.name.empty()) {
        print(out, " {}", claim.name);
    }
    print(out, " {}", claim.range);
}

void format_value(FormatOutput& out, const HeapLayout& layout)
{
    if (!layout.is_cut()) {
        print(out, "the heap is {}, as wanted", layout.heap);
        return;
    }
    print(out, "the heap ends at {} instead of {}: ", layout.heap.end(), layout.wanted_end);
    if (layout.claim) {
        print(out, "{} is in the way", *layout.claim);
    } else {
        out.write("RAM ends there");
    }
}

void format_value(FormatOutput& out, const LayoutError& error)
{
    switch (error.kind) {
    case LayoutError::Kind::no_ram:
        out.write("the device tree names no memory");
        break;
    case LayoutError::Kind::outside_of_ram:
        print(out, "the hypervisor's {} {} does not lie in the machine's RAM {}", error.ours, error.our_range,
              error.ram);
        break;
    case LayoutError::Kind::overlap:
        if (error.claim) {
            print(out, "{} lies on the hypervisor's {} {}: {}", *error.claim, error.ours, error.our_range,
                  advice_for(error.claim->holder));
        }
        break;
    case LayoutError::Kind::heap_too_small:
        format_too_small(out, error);
        break;
    }
}

}  // namespace hv::mm

// Places guests: those that say where first, then what they share, then all others.
#include <hv/vm/placement.hpp>

#include <algorithm>

#include <hv/lib/bits.hpp>
#include <hv/vm/guest_tree.hpp>

namespace hv::vm {
namespace {

using Kind = DescriptionError::Kind;
using mm::Holder;

/// Large pages map it: what is over in a guest's last one is nobody's.
uint64_t room_for(uint64_t size)
{
    return align_up(size, mm::guest_alignment);
}

class Placer {
public:
    Placer(const Description& description, const MachineRequest& machine, Placement& placement)
        : description_{description},
          machine_{machine},
          placement_{placement}
    {
    }

    Expected<void, DescriptionError> run()
    {
        HV_CHECK(check_harts(description_, machine_.harts));
        placement_.heap = machine_.heap;
        for (const mm::Claim& claim : machine_.claims) {
            placement_.held.push_back(claim);
        }
        give_harts();
        HV_CHECK(give_devices());
        HV_CHECK(place_bases());
        HV_CHECK(place_regions());
        return place_others();
    }

private:
    [[gnu::noinline]] void give_harts();
    [[gnu::noinline]] Expected<void, DescriptionError> give_devices();
    [[nodiscard]] std::span<const mm::Claim> claim_on(const HostDevice& device) const;
    [[nodiscard, gnu::noinline]] std::string_view why_taken(const HostDevice& device, size_t guest) const;
    [[gnu::noinline]] Expected<void, DescriptionError> place_bases();
    [[nodiscard, gnu::noinline]] std::optional<DescriptionError> why_not_at(const GuestDescription& guest,
                                                                            PhysRange range) const;
    [[gnu::noinline]] Expected<void, DescriptionError> place_regions();
    [[gnu::noinline]] Expected<void, DescriptionError> place_others();
    [[nodiscard, gnu::noinline]] PhysRange find_piece(uint64_t size) const;
    [[gnu::noinline]] void hold(PhysRange range, std::string_view name);
    [[nodiscard, gnu::noinline]] DescriptionError first_too_large(uint64_t wanted) const;
    [[nodiscard, gnu::noinline]] DescriptionError
    shortage(uint64_t missing, std::string_view node, DescriptionNode place, uint64_t size, uint64_t before) const;
    [[nodiscard]] uint64_t room() const
    {
        return mm::room_for_guests(machine_.ram, placement_.held.span(), placement_.heap);
    }

    const Description& description_;
    const MachineRequest& machine_;
    Placement& placement_;
};

/// check_harts() has made sure that there are enough.
void Placer::give_harts()
{
    StaticVector<bool, fdt::HostMachine::max_harts> taken;
    for (size_t i = 0; i != machine_.harts.size(); ++i) {
        taken.push_back(false);
    }
    for (size_t i = 0; i != description_.guests.size(); ++i) {
        for (const uint32_t id : description_.guests[i].hart_ids) {
            const auto* const hart = std::find(machine_.harts.data(), machine_.harts.data() + taken.size(), id);
            const auto index = static_cast<uint32_t>(hart - machine_.harts.data());
            taken[index] = true;
            placement_.guests[i].harts.push_back(index);
        }
    }
    uint32_t next = 0;
    for (size_t i = 0; i != description_.guests.size(); ++i) {
        GuestPlacement& guest = placement_.guests[i];
        while (guest.harts.size() < description_.guests[i].harts) {
            if (!taken[next]) {
                guest.harts.push_back(next);
            }
            ++next;
        }
    }
}

/// The first that lies in the device's pages, or none. Flash may hold what we were started with.
std::span<const mm::Claim> Placer::claim_on(const HostDevice& device) const
{
    for (const mm::Claim& claim : placement_.held) {
        for (const PhysRange& registers : device.registers) {
            if (claim.range.overlaps(window_of(registers))) {
                return {&claim, 1};
            }
        }
    }
    return {};
}

/// What speaks against it among those that were given before; empty where nothing does.
std::string_view Placer::why_taken(const HostDevice& device, size_t guest) const
{
    for (size_t i = 0; i <= guest; ++i) {
        for (const HostDevice& other : placement_.guests[i].devices) {
            // No two devices share a page: it is the same one.
            if (other.registers.front().start == device.registers.front().start) {
                return "is a device that is named by another path, too";
            }
            if (i != guest &&
                std::find_first_of(other.interrupts.begin(), other.interrupts.end(), device.interrupts.begin(),
                                   device.interrupts.end()) != other.interrupts.end()) {
                return "has an interrupt that is another guest's";
            }
        }
    }
    return {};
}

Expected<void, DescriptionError> Placer::give_devices()
{
    for (size_t i = 0; i != description_.guests.size(); ++i) {
        const GuestDescription& guest = description_.guests[i];
        for (const std::string_view path : guest.devices) {
            const auto device = find_host_device(*machine_.tree, *machine_.host, guest, path);
            if (!device) {
                return Unexpected{device.error()};
            }
            DescriptionError error{.kind = Kind::unusable_device,
                                   .place = DescriptionNode::guest,
                                   .node = guest.name,
                                   .property = "devices",
                                   .text = path,
                                   .other = why_taken(*device, i),
                                   .held = claim_on(*device)};
            if (!error.held.empty()) {
                error.other = "overlaps";
            }
            if (!error.other.empty()) {
                return Unexpected{error};
            }
            placement_.guests[i].devices.push_back(*device);
        }
    }
    return {};
}

std::optional<DescriptionError> Placer::why_not_at(const GuestDescription& guest, PhysRange range) const
{
    DescriptionError error{
        .place = DescriptionNode::guest, .node = guest.name, .property = "memory", .range = range};
    if (!mm::is_ram(machine_.ram, range)) {
        error.kind = Kind::memory_not_ram;
        error.other_range = machine_.ram.empty() ? PhysRange{} : machine_.ram.front();
        for (const PhysRange& bank : machine_.ram) {
            if (bank.overlaps(range)) {
                error.other_range = bank;
            }
        }
        return error;
    }
    for (const mm::Claim& claim : placement_.held) {
        if (claim.range.overlaps(range)) {
            error.kind = Kind::memory_held;
            error.held = {&claim, 1};
            return error;
        }
    }
    const PhysRange heap = placement_.heap;
    if (heap.overlaps(range) && range.start - heap.start < mm::minimum_heap_size) {
        error.kind = Kind::memory_leaves_no_heap;
        error.number = mm::minimum_heap_size - (range.start - heap.start);
        return error;
    }
    return {};
}

Expected<void, DescriptionError> Placer::place_bases()
{
    for (size_t i = 0; i != description_.guests.size(); ++i) {
        const GuestDescription& guest = description_.guests[i];
        if (!guest.memory_base) {
            continue;
        }
        const PhysRange range{*guest.memory_base, guest.memory};
        if (const auto error = why_not_at(guest, range)) {
            return Unexpected{*error};
        }
        if (guest.built_in && range.start.value() != guest_map::ram.value()) {
            return Unexpected{DescriptionError{.kind = Kind::of_others,
                                               .place = DescriptionNode::guest,
                                               .node = guest.name,
                                               .property = "built-in",
                                               .text = "whose memory has no base: it is linked for 0x80200000"}};
        }
        placement_.guests[i].memory.push_back(range);
        hold(range, guest.name);
    }
    return {};
}

/// The heap ends where it begins.
void Placer::hold(PhysRange range, std::string_view name)
{
    placement_.held.push_back({Holder::guest, range, name});
    if (placement_.heap.overlaps(range)) {
        placement_.heap = PhysRange::between(placement_.heap.start, range.start);
    }
}

/// Above the heap, or else the heap's own end. Empty where there is none.
PhysRange Placer::find_piece(uint64_t size) const
{
    for (const std::span<const PhysRange> ram : {machine_.ram, std::span<const PhysRange>{}}) {
        auto place = mm::place_guests(ram, placement_.held.span(), placement_.heap, size);
        if (!place) {
            continue;
        }
        if (const PhysRange piece = place->take(size); piece.size == size) {
            return piece;
        }
    }
    return {};
}

/// Each in one piece.
Expected<void, DescriptionError> Placer::place_regions()
{
    for (const RegionDescription& region : description_.regions) {
        const PhysRange range = find_piece(region.size);
        if (range.empty()) {
            uint64_t there = align_down(region.size - 1, mm::guest_alignment);
            while (there != 0 && find_piece(there).empty()) {
                there -= mm::guest_alignment;
            }
            const uint64_t missing = room_for(region.size) - there;
            return Unexpected{shortage(missing, region.name, DescriptionNode::region, region.size, 0)};
        }
        placement_.regions.push_back(range);
        hold(range, region.name);
    }
    return {};
}

Expected<void, DescriptionError> Placer::place_others()
{
    uint64_t wanted = 0;
    for (const GuestDescription& guest : description_.guests) {
        wanted += guest.memory_base ? 0 : room_for(guest.memory);
    }
    if (wanted == 0) {
        return {};
    }
    auto place = mm::place_guests(machine_.ram, placement_.held.span(), placement_.heap, wanted);
    if (!place) {
        return Unexpected{first_too_large(wanted)};
    }
    placement_.heap = place->heap;
    for (size_t i = 0; i != description_.guests.size(); ++i) {
        const GuestDescription& guest = description_.guests[i];
        const uint64_t over = room_for(guest.memory) - guest.memory;
        for (uint64_t missing = guest.memory_base ? 0 : guest.memory; missing != 0;) {
            PhysRange block = place->take(missing + over);
            block.size = std::min(block.size, missing);
            missing -= block.size;
            placement_.guests[i].memory.push_back(block);
        }
    }
    return {};
}

/// The first guest for which there is too little behind those before it; what is short is so for all of them.
DescriptionError Placer::first_too_large(uint64_t wanted) const
{
    const uint64_t there = room();
    uint64_t before = 0;
    for (const GuestDescription& guest : description_.guests) {
        const uint64_t size = guest.memory_base ? 0 : room_for(guest.memory);
        if (size > there - before) {
            return shortage(wanted - there, guest.name, DescriptionNode::guest, guest.memory, before);
        }
        before += size;
    }
    return {};
}

DescriptionError Placer::shortage(uint64_t missing, std::string_view node, DescriptionNode place, uint64_t size,
                                  uint64_t before) const
{
    uint64_t ram = 0;
    for (const PhysRange& bank : machine_.ram) {
        ram += bank.size;
    }
    return {.kind = Kind::memory_missing,
            .place = place,
            .node = node,
            .property = place == DescriptionNode::guest ? "memory" : "size",
            .number = size,
            .least = before,
            .limit = missing,
            .held = placement_.held.span(),
            .ram = ram};
}

}  // namespace

Expected<void, DescriptionError> place(const Description& description, const MachineRequest& machine,
                                       Placement& placement)
{
    return Placer{description, machine, placement}.run();
}

}  // namespace hv::vm

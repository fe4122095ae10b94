// Gives shared regions a place in their members' addresses, and each member a line of the doorbell.
#include <hv/plat/shared_memory.hpp>

#include <hv/arch/zero.hpp>

namespace hv::plat {
namespace {

static_assert(vm::Description::max_regions <= dev::doorbell_map::max_doorbells);
static_assert(vm::RegionDescription::max_members <= dev::Doorbell::max_members);
/// All of them lie below guests' RAM, with what is left of the last large page of each.
static_assert(vm::guest_map::shared.value() + vm::Description::max_regions * vm::RegionDescription::most <=
              vm::guest_map::ram.value());
static_assert(vm::RegionDescription::most % vm::guest_map::shared_alignment == 0);

void join(const vm::RegionDescription& description, GuestPhysRange range, arch::SharedRegion& region,
          unsigned member, arch::GuestPlan& plan)
{
    auto* const line = new arch::DoorbellLine{};
    line->region = &region;
    line->member = member;
    region.lines[member] = line;
    plan.doorbells.push_back(line);
    plan.shared_nodes.push_back({.name = description.name,
                                 .range = range,
                                 .writable = description.members[member].writes,
                                 .doorbell = region.number});
}

}  // namespace

GuestPhysRange shared_range(const vm::Description& description, size_t number)
{
    GuestPhysAddr start = vm::guest_map::shared;
    for (size_t i = 0; i != number; ++i) {
        start = (start + description.regions[i].size).align_up(vm::guest_map::shared_alignment);
    }
    return {start, description.regions[number].size};
}

mm::SharedMemory shared_memory(const vm::Description& description, size_t number)
{
    mm::SharedMemory shared{.name = description.regions[number].name};
    for (const vm::RegionMember& member : description.regions[number].members) {
        const uint32_t guest = uint32_t{1} << member.guest;
        shared.readers |= guest;
        shared.writers |= member.writes ? guest : 0;
    }
    return shared;
}

SharedRegions make_shared_regions(const vm::Description& description, const vm::Placement& placement)
{
    SharedRegions regions;
    for (const vm::RegionDescription& region : description.regions) {
        const PhysRange memory = placement.regions[regions.size()];
        arch::zero_by_blocks(reinterpret_cast<std::byte*>(memory.start.value()), memory.size);
        regions.push_back(new arch::SharedRegion{static_cast<unsigned>(regions.size()),
                                                 static_cast<unsigned>(region.members.size())});
    }
    return regions;
}

void join_regions(const vm::Description& description, const SharedRegions& regions, size_t guest,
                  arch::GuestPlan& plan)
{
    for (arch::SharedRegion* region : regions) {
        const vm::RegionDescription& described = description.regions[region->number];
        for (unsigned member = 0; member != described.members.size(); ++member) {
            if (described.members[member].guest == guest) {
                join(described, shared_range(description, region->number), *region, member, plan);
            }
        }
    }
    plan.tree.shared = plan.shared_nodes.span();
}

}  // namespace hv::plat

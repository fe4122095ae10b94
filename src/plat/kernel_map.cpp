// Puts the hypervisor's address map together from what lies where.
#include <hv/plat/kernel_map.hpp>

#include <hv/arch/harts.hpp>
#include <hv/arch/image.hpp>
#include <hv/plat/host_plic.hpp>

namespace hv::plat {

using mm::KernelAccess;
using mm::MemoryRegion;

namespace {

/// What a store needs that interrupts the hart, if one can.
void add_setssip(Vector<MemoryRegion>& map, const arch::HartRecord& hart)
{
    if (hart.setssip != nullptr) {
        const PhysRange register_of_hart{PhysAddr{reinterpret_cast<uintptr_t>(hart.setssip)}, sizeof(uint32_t)};
        mm::add_pages_of(map, {"the software interrupts' registers", register_of_hart, KernelAccess::read_write});
    }
}

/// What is only read, with the large pages around it where all else there is free RAM: that saves a page table.
PhysRange with_free_ram_around(PhysRange range, const mm::OwnershipTable& owners)
{
    constexpr uint64_t large_page = isa::Sv39::page_bytes(1);
    const auto around = PhysRange::between(range.start.align_down(large_page), range.end().align_up(large_page));
    for (PhysAddr at = around.start; at < around.end();) {
        const mm::OwnedRange here = owners.at(at);
        const bool fits = here.owner.kind == mm::Owner::Kind::nobody || range.contains(here.range);
        // What has no name was not written down: no RAM.
        if (!fits || here.what.empty()) {
            return range;
        }
        at = here.range.end();
    }
    return around;
}

}  // namespace

Vector<MemoryRegion> kernel_map(const Board& board, PhysRange heap, const mm::OwnershipTable& owners,
                                std::span<arch::HartRecord* const> harts)
{
    Vector<MemoryRegion> map;
    mm::add_region(map, {"text", arch::phys_range(__image_start, __text_end), KernelAccess::read_execute});
    mm::add_region(map, {"read-only data", arch::phys_range(__text_end, __rodata_end), KernelAccess::read});
    mm::add_region(map, {"data", arch::phys_range(__rodata_end, __image_end), KernelAccess::read_write});
    arch::add_stacks(map, boot_hart);

    Vector<PhysRange> stacks;
    for (const arch::HartRecord* hart : harts) {
        arch::add_stacks(map, *hart);
        stacks.push_back(arch::stacks_range(*hart));
    }
    mm::add_around(map, {"heap", heap, KernelAccess::read_write}, stacks);

    for (const mm::OwnedRange& owned : owners.ranges()) {
        const bool guests =
            owned.owner.kind == mm::Owner::Kind::guest || owned.owner.kind == mm::Owner::Kind::shared;
        if (guests && !owned.is_device) {
            mm::add_region(map, {"guest memory", owned.range, KernelAccess::read_write});
        }
    }

    if (board.machine.initrd) {
        mm::add_pages_of(map, {"the partition description", with_free_ram_around(*board.machine.initrd, owners),
                               KernelAccess::read});
    }
    mm::add_pages_of(map, {"the device tree", with_free_ram_around(board.device_tree, owners), KernelAccess::read});
    mm::add_pages_of(map, {"the console's registers", board.console, KernelAccess::read_write});
    mm::add_pages_of(
        map, {"the interrupt controller's registers", host_plic_registers(board), KernelAccess::read_write});
    add_setssip(map, boot_hart);
    for (const arch::HartRecord* hart : harts) {
        add_setssip(map, *hart);
    }
    return map;
}

}  // namespace hv::plat

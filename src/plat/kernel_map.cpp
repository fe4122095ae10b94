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
        mm::add_pages_of(map, {"the partition description", *board.machine.initrd, KernelAccess::read});
    }
    mm::add_pages_of(map, {"the device tree", board.device_tree, KernelAccess::read});
    mm::add_pages_of(map, {"the console's registers", board.console, KernelAccess::read_write});
    mm::add_pages_of(map, {"the finisher's registers", board.finisher, KernelAccess::read_write});
    mm::add_pages_of(
        map, {"the interrupt controller's registers", host_plic_registers(board), KernelAccess::read_write});
    add_setssip(map, boot_hart);
    for (const arch::HartRecord* hart : harts) {
        add_setssip(map, *hart);
    }
    return map;
}

}  // namespace hv::plat

// Fills the table of owners, from what is fixed to what is left over.
#include "owners.hpp"

#include <hv/lib/panic.hpp>
#include <hv/plat/host_plic.hpp>
#include <hv/plat/shared_memory.hpp>
#include <hv/vm/guest_image.hpp>

namespace hv::plat {
namespace {

using mm::Owner;

std::string_view name_of_claim(const mm::Claim& claim)
{
    switch (claim.holder) {
    case mm::Holder::device_tree:
        return "device tree";
    case mm::Holder::initrd:
        return "partition description";
    case mm::Holder::reserved:
    case mm::Holder::hypervisor:
    case mm::Holder::guest:
        break;
    }
    return claim.name;
}

class OwnersMaker {
public:
    OwnersMaker(const Partitions& partitions, const Board& board, mm::OwnershipTable& owners)
        : partitions_{partitions},
          board_{board},
          owners_{owners}
    {
    }

    void run()
    {
        owners_.reserve(24);  // what QEMU's virt machine with a few guests needs
        add_ours();
        for (size_t i = 0; i != partitions_.description.guests.size(); ++i) {
            add_guest(i);
        }
        for (size_t i = 0; i != partitions_.placement.regions.size(); ++i) {
            add_region(i);
        }
        for (const uint64_t hart : partitions_.harts) {
            static_cast<void>(owners_.add_hart({hart, {}}));
        }
        for (const PhysRange& bank : board_.machine.ram) {
            owners_.add_rest({bank, {}, "free"});
        }
    }

private:
    void add_ours();
    void add_device(std::string_view what, PhysRange registers)
    {
        owners_.add_rest({registers, Owner::hypervisor(), what, true});
    }
    void add_guest(size_t index);
    void add_device_of(size_t guest, const vm::HostDevice& device);
    void add_region(size_t index);
    void add(const mm::OwnedRange& owned)
    {
        if (const auto other = owners_.add(owned)) {
            panic("{} is to belong to {}, and {} already to {}", owned.range, mm::NamedOwner{owners_, owned},
                  other->range, mm::NamedOwner{owners_, *other});
        }
    }

    const Partitions& partitions_;
    const Board& board_;
    mm::OwnershipTable& owners_;
};

void OwnersMaker::add_ours()
{
    add({partitions_.placement.heap, Owner::hypervisor(), "heap"});
    for (const mm::Claim& claim : board_.claims) {
        owners_.add_rest({claim.range, Owner::hypervisor(), name_of_claim(claim)});
    }
    add_device("console", board_.console);
    add_device("finisher", board_.finisher);
    add_device("interrupt controller", host_plic_registers(board_));
    for (const fdt::Hart& hart : board_.machine.harts) {
        if (hart.sswi) {
            add_device("software interrupts", {*hart.sswi, sizeof(uint32_t)});
        }
    }
    if (const auto& console = board_.machine.console; console && console->interrupt) {
        static_cast<void>(owners_.add_interrupt({*console->interrupt, Owner::hypervisor()}));
    }
}

void OwnersMaker::add_guest(size_t index)
{
    const vm::GuestDescription& description = partitions_.description.guests[index];
    const vm::GuestPlacement& placement = partitions_.placement.guests[index];
    owners_.add_guest(description.name);
    for (const uint32_t hart : placement.harts) {
        if (owners_.add_hart({partitions_.harts[hart], Owner::guest(index)})) {
            panic("hart {} has two owners", partitions_.harts[hart]);
        }
    }
    GuestPhysAddr at = vm::ram_of(description).start;
    for (const vm::HostDevice& device : placement.devices) {
        add_device_of(index, device);
    }
    for (const PhysRange& block : placement.memory) {
        add({block, Owner::guest(index), "memory"});
        owners_.add_view({.guest = static_cast<uint8_t>(index), .region = {{at, block.size}, block.start}});
        at += block.size;
    }
}

/// At the same address, and never executed.
void OwnersMaker::add_device_of(size_t guest, const vm::HostDevice& device)
{
    for (const PhysRange& registers : device.registers) {
        const PhysRange window = vm::window_of(registers);
        add({window, Owner::guest(guest), device.path, true});
        owners_.add_view({.guest = static_cast<uint8_t>(guest),
                          .is_device = true,
                          .region = {{GuestPhysAddr{window.start.value()}, window.size},
                                     window.start,
                                     mm::GuestAccess::read_write}});
    }
    for (const uint32_t interrupt : device.interrupts) {
        static_cast<void>(owners_.add_interrupt({interrupt, Owner::guest(guest)}));
    }
}

void OwnersMaker::add_region(size_t index)
{
    const PhysRange memory = partitions_.placement.regions[index];
    const GuestPhysRange range = shared_range(partitions_.description, index);
    add({memory, Owner::shared(owners_.add_shared(shared_memory(partitions_.description, index))), "memory"});
    for (const vm::RegionMember& member : partitions_.description.regions[index].members) {
        const auto access = member.writes ? mm::GuestAccess::read_write : mm::GuestAccess::read;
        owners_.add_view({.guest = static_cast<uint8_t>(member.guest), .region = {range, memory.start, access}});
    }
}

}  // namespace

void make_owners(Partitions& partitions, const Board& board)
{
    OwnersMaker{partitions, board, partitions.owners}.run();
}

}  // namespace hv::plat

// Building a guest's stage-2 table, loading its images, and starting it.
#include <hv/arch/guest.hpp>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/image.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/table_memory.hpp>
#include <hv/lib/panic.hpp>
#include <hv/mm/page_table.hpp>
#include <hv/mm/purpose_scope.hpp>

extern "C" {
void guest_trap_entry();                              // guest_trap.S
[[noreturn]] void enter_guest(hv::arch::Vcpu* vcpu);  // guest_trap.S
}

namespace hv::arch {
namespace {

isa::Hgatp build_stage_2(std::span<const mm::GuestRegion> regions)
{
    const mm::PurposeScope scope{heap(), mm::HeapPurpose::page_tables};
    HeapFrames frames;
    DirectMemory memory;
    auto table = mm::PageTable<isa::Sv39x4, HeapFrames, DirectMemory>::create(frames, memory);
    if (!table) {
        panic("cannot make a guest's page table: {}", table.error());
    }
    for (const mm::GuestRegion& region : regions) {
        const auto flush = table->map(region.range, region.host, region.access);
        if (!flush) {
            panic("cannot map {} for a guest: {}", region.range, flush.error());
        }
        flush->not_owed_for_unused_table();
    }
    using isa::Hgatp;
    return Hgatp{}
        .with(Hgatp::mode, isa::PagingMode::sv39)
        .with(Hgatp::vmid, 1)
        .with(Hgatp::ppn, table->root().value() >> 12);
}

}  // namespace

Guest::Guest(const GuestPlan& plan)
    : plan_{plan},
      regions_{{{plan.memory, plan.host_memory, mm::GuestAccess::read_write_execute}}},
      memory_{regions_},
      hart_states_{plan.harts},
      plic_{plan.harts},
      wires_{&plic_},
      serial_port_{wires_},
      hgatp_{build_stage_2(regions_)}
{
    require(plan.harts == 1, "guest {} has {} harts: 1 is all that it can have", plan.name, plan.harts);
    vcpu_.guest = this;
}

void Guest::load_images()
{
    const auto copy = [&](GuestPhysAddr to, std::span<const std::byte> image) {
        const auto copied = memory_.copy_in(to, image);
        if (!copied) {
            panic("guest {}: an image of {} bytes at {} does not fit its memory: {}", plan_.name, image.size(), to,
                  copied.error());
        }
    };
    static_cast<void>(memory_.zero(plan_.memory));
    copy(plan_.entry, plan_.image);
    copy(plan_.device_tree_at, plan_.device_tree);
}

void Guest::start_on_this_hart()
{
    load_images();
    hart_states_.stop_all();
    static_cast<void>(plic_.reset());
    static_cast<void>(serial_port_.reset());
    const vm::HartEntry entry{plan_.entry, plan_.device_tree_at.value()};
    require(hart_states_.request_start(0, entry), "guest {}: vCPU 0 is not stopped", plan_.name);
    static_cast<void>(hart_states_.take_start(0));
    vcpu_.hart = &this_hart();
    vcpu_.host_stack = this_hart().stack_top;
    write_csr<isa::Csr::sscratch>(0);
    write_csr<isa::Csr::stvec>(reinterpret_cast<uintptr_t>(&guest_trap_entry));
    reset_guest_cpu(vcpu_, hgatp_, entry);
    enter_guest(&vcpu_);
}

void Guest::shut_down(bool failure)
{
    end_machine(failure ? Ending::failure : Ending::success);
}

}  // namespace hv::arch

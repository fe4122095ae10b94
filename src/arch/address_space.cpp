// Builds the hypervisor's own page table, and says what a page fault hit.
#include <hv/arch/address_space.hpp>

#include <optional>
#include <span>
#include <utility>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/table_memory.hpp>
#include <hv/isa/cause.hpp>
#include <hv/lib/panic.hpp>
#include <hv/mm/page_table.hpp>
#include <hv/mm/purpose_scope.hpp>

/// What start.S puts into satp on a hart that is started; 0 until the address space is built.
extern "C" {
extern uint64_t kernel_satp;
constinit uint64_t kernel_satp = 0;
}

namespace hv::arch {
namespace {

constinit std::span<const mm::MemoryRegion> current_map;

void flush_all()
{
    asm volatile("sfence.vma" : : : "memory");
}

std::optional<mm::Access> access_of(isa::Scause cause)
{
    using isa::Exception;
    if (cause == scause_of(Exception::instruction_page_fault) ||
        cause == scause_of(Exception::instruction_access_fault)) {
        return mm::Access::jump;
    }
    if (cause == scause_of(Exception::load_page_fault) || cause == scause_of(Exception::load_access_fault)) {
        return mm::Access::load;
    }
    if (cause == scause_of(Exception::store_page_fault) || cause == scause_of(Exception::store_access_fault)) {
        return mm::Access::store;
    }
    return std::nullopt;
}

}  // namespace

void enter_address_space(Vector<mm::MemoryRegion> map)
{
    const mm::PurposeScope scope{heap(), mm::HeapPurpose::page_tables};
    HeapFrames frames;
    DirectMemory memory;
    auto table = mm::PageTable<isa::Sv39, HeapFrames, DirectMemory>::create(frames, memory);
    if (!table) {
        panic("cannot make the hypervisor's page table: {}", table.error());
    }
    for (const mm::MemoryRegion& region : map) {
        if (!region.access) {
            continue;
        }
        const VirtRange identity{VirtAddr{region.range.start.value()}, region.range.size};
        const auto flush = table->map(identity, region.range.start, *region.access);
        if (!flush) {
            panic("cannot map {} {}: {}", region, region.range, flush.error());
        }
        flush->not_owed_for_unused_table();
    }
    current_map = (new Vector{std::move(map)})->span();
    using isa::Satp;
    kernel_satp =
        Satp{}.with(Satp::mode, isa::PagingMode::sv39).with(Satp::ppn, table->root().value() >> 12).bits();
    // [priv] Supervisor: SFENCE.VMA. Before, so that the table's entries are seen; after, so that nothing that was
    // fetched under the old mode is used.
    flush_all();
    write_csr<isa::Csr::satp>(kernel_satp);
    flush_all();
}

void describe_trap(Sink& sink, isa::Scause cause, uint64_t stval)
{
    FormatOutput out{sink};
    if (cause.get(isa::Scause::interrupt)) {
        print(out, "{}, which nobody expects", name_of(cause));
        return;
    }
    const auto access = access_of(cause);
    if (access && !current_map.empty()) {
        mm::describe_fault(out, current_map, *access, VirtAddr{stval});
    } else if (cause == scause_of(isa::Exception::breakpoint) ||
               cause == scause_of(isa::Exception::illegal_instruction)) {
        // In a Debug build the compiler's own checks end in one of these: GCC's in ebreak, Clang's in unimp.
        out.write(name_of(cause));
        if constexpr (HV_DEBUG != 0) {
            out.write(" (in a Debug build: undefined behaviour)");
        }
    } else {
        out.write(name_of(cause));
    }
}

}  // namespace hv::arch

// Stacks for the other harts, their start through SBI HSM, and sleep.
#include <hv/arch/harts.hpp>

#include <hv/arch/console.hpp>
#include <hv/arch/csr_access.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/image.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/isa/pte.hpp>
#include <hv/lib/panic.hpp>
#include <hv/mm/purpose_scope.hpp>

extern "C" {
void secondary_start();  // start.S
[[noreturn]] void secondary_main(hv::arch::HartRecord* hart);
}

namespace hv::arch {
namespace {

constexpr uint64_t page = isa::page_size;
constexpr uint64_t stack_size = 4 * page;
constexpr uint64_t trap_stack_size = 2 * page;
/// Of the trap stack, what is kept for the C++ code of the last trap that is handled.
constexpr uint64_t trap_reserve = page;

/// Ten seconds or so: a simulated hart on a busy machine takes its time.
constexpr int online_naps = 10'000;
constexpr uint64_t online_nap_ticks = 10'000;  // 1 ms at 10 MHz

mm::MemoryRegion region(std::string_view name, const std::byte* bottom, const std::byte* top,
                        const HartRecord& hart, std::optional<mm::KernelAccess> access)
{
    return {name, phys_range(bottom, top), access, hart.id};
}

}  // namespace

HartRecord& make_hart(uint64_t id, uint32_t index)
{
    require(index != 0 && index < max_harts, "hart index {} must be 1 to {}", index, max_harts - 1);
    const mm::PurposeScope scope{heap(), mm::HeapPurpose::harts};
    auto& hart = *new HartRecord{};
    auto* const block = static_cast<std::byte*>(heap().allocate(page + trap_stack_size + page + stack_size, page));
    hart.bit = uint32_t{1} << index;
    hart.index = index;
    hart.id = id;
    hart.trap_stack_bottom = block + page;
    hart.trap_stack_limit = hart.trap_stack_bottom + trap_reserve;
    hart.trap_stack_top = hart.trap_stack_bottom + trap_stack_size;
    hart.stack_bottom = hart.trap_stack_top + page;
    hart.stack_top = hart.stack_bottom + stack_size;
    hart.next = hart_list;
    hart_list = &hart;
    return hart;
}

PhysRange stacks_range(const HartRecord& hart)
{
    return phys_range(hart.trap_stack_bottom - page, hart.stack_top);
}

void add_stacks(Vector<mm::MemoryRegion>& map, const HartRecord& hart)
{
    using mm::KernelAccess;
    mm::add_region(map, region("guard page below its trap stack", hart.trap_stack_bottom - page,
                               hart.trap_stack_bottom, hart, std::nullopt));
    map.push_back(
        region("trap stack", hart.trap_stack_bottom, hart.trap_stack_top, hart, KernelAccess::read_write));
    map.push_back(
        region("guard page below its stack", hart.stack_bottom - page, hart.stack_bottom, hart, std::nullopt));
    mm::add_region(map, region("stack", hart.stack_bottom, hart.stack_top, hart, KernelAccess::read_write));
}

bool start_hart(HartRecord& hart, HartEntry entry)
{
    hart.entry = entry;
    // All that the hart will read: its record, the address map, what the boot has built. Its own fence is the first
    // thing in secondary_start.
    asm volatile("fence rw, rw" : : : "memory");
    const auto start = PhysAddr{reinterpret_cast<uintptr_t>(&secondary_start)};
    const sbi::Result result = sbi::hart_start(hart.id, start, reinterpret_cast<uintptr_t>(&hart));
    if (result.error != isa::sbi::Error::success) {
        println("hart {} cannot be started: the firmware says {}", hart.id, result.error);
        return false;
    }
    return true;
}

bool wait_until_online(const HartRecord& hart)
{
    for (int naps = 0; hart.online.load() == 0; naps++) {
        if (naps == online_naps) {
            println("hart {} was started, but does not run", hart.id);
            return false;
        }
        nap(online_nap_ticks);
    }
    return true;
}

void nap(uint64_t ticks)
{
    // [priv] Supervisor: WFI wakes on an interrupt that is enabled in sie, also while sstatus.SIE is off.
    constexpr uint64_t timer = isa::Interrupts::supervisor_timer.mask;
    sbi::set_timer(read_csr<isa::Csr::time>() + ticks);
    set_csr<isa::Csr::sie>(timer);
    asm volatile("wfi" : : : "memory");
    clear_csr<isa::Csr::sie>(timer);
    sbi::set_timer(UINT64_MAX);
}

}  // namespace hv::arch

/// Called by secondary_start on the hart's own stack.
void secondary_main(hv::arch::HartRecord* hart)
{
    hart->online = 1;
    hart->entry(*hart);
    hv::panic("the entry function of hart {} returned", hart->id);
}

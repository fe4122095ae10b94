// Prints the report: the trap, what refused it, the registers, the way there, and the exits before it.
#include <hv/vm/post_mortem.hpp>

#include <array>
#include <cstddef>

#include <hv/dev/bus.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/isa/instruction_text.hpp>
#include <hv/mm/guest_translation.hpp>
#include <hv/vm/guest_address_text.hpp>

namespace hv::vm {

namespace {

using isa::Exception;
using mm::GuestAccessKind;
using mm::GuestWalkFault;

/// A trap and where it came from: the one that left the guest, or one that the guest was given.
struct Trap {
    std::string_view label;  ///< stands before the name of each line
    isa::Scause scause;
    uint64_t stval;
    std::optional<GuestPhysAddr> physical;
    uint64_t pc;
    mm::GuestPaging paging;
};

/// Which access went wrong at stval; nothing where stval is no address.
std::optional<GuestAccessKind> access_of(isa::Scause scause)
{
    constexpr uint32_t fetches = 1U << 1 | 1U << 12 | 1U << 20;
    constexpr uint32_t loads = 1U << 4 | 1U << 5 | 1U << 13 | 1U << 21;
    constexpr uint32_t stores = 1U << 6 | 1U << 7 | 1U << 15 | 1U << 23;
    if (scause.bits() >= 32) {
        return std::nullopt;
    }
    const uint32_t bit = 1U << scause.bits();
    if ((bit & fetches) != 0) {
        return GuestAccessKind::fetch;
    }
    if ((bit & loads) != 0) {
        return GuestAccessKind::load;
    }
    return (bit & stores) != 0 ? std::optional{GuestAccessKind::store} : std::nullopt;
}

bool is_page_fault(isa::Scause scause)
{
    return scause == scause_of(Exception::instruction_page_fault) ||
           scause == scause_of(Exception::load_page_fault) || scause == scause_of(Exception::store_page_fault);
}

std::string_view word_for(GuestAccessKind kind)
{
    switch (kind) {
    case GuestAccessKind::load:
        return "load";
    case GuestAccessKind::store:
        return "store";
    case GuestAccessKind::fetch:
        break;
    }
    return "fetch";
}

bool allows(mm::GuestAccess access, GuestAccessKind kind)
{
    if (kind == GuestAccessKind::load || access == mm::GuestAccess::read_write_execute) {
        return true;
    }
    return access == (kind == GuestAccessKind::store ? mm::GuestAccess::read_write : mm::GuestAccess::read_execute);
}

/// Why stage 2 refuses an access; empty where it does not.
std::string_view stage_2_refusal(const PostMortem& of, GuestPhysAddr address, GuestAccessKind kind)
{
    for (const auto regions : {of.memory.regions(), of.shared}) {
        for (const mm::GuestRegion& region : regions) {
            if (region.range.contains(address)) {
                if (allows(region.access, kind)) {
                    return "";
                }
                return kind == GuestAccessKind::store ? "it has no write permission"
                                                      : "it has no execute permission";
            }
        }
    }
    if (dev::place_of(address).device == dev::Device::none) {
        return "nothing is mapped there";
    }
    return "a device answers aligned loads and stores of integer registers only";
}

/// The instruction at `pc`, as the guest would fetch it.
Expected<uint32_t, GuestWalkFault> fetch(const mm::GuestMemory& memory, const mm::GuestPaging& paging, uint64_t pc)
{
    uint32_t instruction = 0;
    for (unsigned half = 0; half < isa::instruction_length(instruction) / 2; ++half) {
        const GuestVirtAddr at{pc + 2 * half};
        HV_TRY(const mm::GuestTranslation page, translate(memory, paging, at, GuestAccessKind::fetch));
        const auto bits = memory.read<uint16_t>(page.address);
        if (!bits) {
            return Unexpected{
                GuestWalkFault{GuestWalkFault::Reason::page_unreachable, 0, page.address, page.entry}};
        }
        instruction |= uint32_t{*bits} << (16 * half);
    }
    return instruction;
}

/// `trap` has an address. What is there, and what refuses the access.
void print_address(Sink& sink, const PostMortem& of, const Trap& trap, GuestAccessKind kind)
{
    const auto walked = translate(of.memory, trap.paging, GuestVirtAddr{trap.stval}, kind);
    std::optional<GuestPhysAddr> physical = trap.physical;
    if (!physical && walked) {
        physical = walked->address;
    }
    if (physical) {
        println(sink, "  {}address: virtual {:#x}, physical {}: {}", trap.label, trap.stval, *physical,
                GuestAddressText{of.memory.regions(), *physical, of.shared});
    } else {
        println(sink, "  {}address: virtual {:#x}, its page tables give no physical one", trap.label, trap.stval);
    }
    print(sink, "  {}refused: a {}, by ", trap.label, word_for(kind));
    if (!walked) {
        return println(sink, "its page tables: {}", walked.error());
    }
    if (walked->address.align_down(isa::page_size) != physical->align_down(isa::page_size)) {
        return println(sink, "stage 2: at an entry of its page tables");
    }
    const std::string_view refusal = stage_2_refusal(of, *physical, kind);
    if (refusal.empty()) {
        return println(sink, "nothing that is there now: its page tables and stage 2 allow it");
    }
    println(sink, "stage 2: {}", refusal);
}

void print_trap(Sink& sink, const PostMortem& of, const Trap& trap)
{
    println(sink, "  {}cause: {}, scause {:#x}, stval {:#x}", trap.label, name_of(trap.scause), trap.scause.bits(),
            trap.stval);
    println(sink, "  {}mode: {}, at pc {:#018x}", trap.label, trap.paging.user ? "VU" : "VS", trap.pc);
    print(sink, "  {}instruction: ", trap.label);
    mm::GuestPaging paging = trap.paging;
    paging.need_accessed_dirty = false;
    if (const auto instruction = fetch(of.memory, paging, trap.pc); instruction) {
        println(sink, "{}, {:#x}", isa::InstructionText{*instruction}, *instruction);
    } else {
        println(sink, "cannot be read: {}", instruction.error());
    }
    if (const auto kind = access_of(trap.scause)) {
        print_address(sink, of, trap, *kind);
    }
}

Trap last_trap(const PostMortem& post_mortem)
{
    const isa::Sstatus status{post_mortem.csrs.vsstatus};
    return {"",
            post_mortem.scause,
            post_mortem.stval,
            post_mortem.physical,
            post_mortem.pc,
            {.vsatp = isa::Satp{post_mortem.csrs.vsatp},
             .user = post_mortem.user,
             .sum = status.get(isa::Sstatus::sum),
             .mxr = status.get(isa::Sstatus::mxr),
             .need_accessed_dirty = is_page_fault(post_mortem.scause)}};
}

/// The one that the guest was given, and could not take.
Trap original_trap(const PostMortem& post_mortem)
{
    const VsCsrs& csrs = post_mortem.csrs;
    Trap trap = last_trap(post_mortem);
    trap.label = "original ";
    trap.scause = isa::Scause{csrs.vscause};
    trap.stval = csrs.vstval;
    trap.physical = std::nullopt;
    trap.pc = csrs.vsepc;
    trap.paging.user = !isa::Sstatus{csrs.vsstatus}.get(isa::Sstatus::spp);
    trap.paging.need_accessed_dirty = is_page_fault(trap.scause);
    return trap;
}

/// One of `columns` in a line. Names of one table have the same length, with the space behind them.
void print_cell(Sink& sink, unsigned index, unsigned columns, std::string_view name, uint64_t value)
{
    const unsigned column = index % columns;
    print(sink, "{}{}{:#018x}{}", column == 0 ? "    " : "  ", name, value, column == columns - 1 ? "\n" : "");
}

/// The pc stands where x0 would, so that there are 8 lines of 4.
void print_registers(Sink& sink, const PostMortem& post_mortem)
{
    println(sink, "  registers:");
    for (unsigned number = 0; number < 32; ++number) {
        std::array<char, 4> name{'p', 'c', ' ', ' '};
        uint64_t value = post_mortem.pc;
        if (number != 0) {
            BufferSink start{name};
            name[0] = name[1] = ' ';
            print(start, "{}", isa::XRegister{number});
            value = post_mortem.x1_to_x31[number - 1];
        }
        print_cell(sink, number, 4, {name.data(), name.size()}, value);
    }
}

void print_csrs(Sink& sink, const VsCsrs& csrs)
{
    constexpr std::string_view names = "vsstatus  vstvec    vsscratch vsepc     vscause   vstval    ";
    const uint64_t values[] = {csrs.vsstatus, csrs.vstvec, csrs.vsscratch, csrs.vsepc, csrs.vscause, csrs.vstval};
    for (unsigned i = 0; i < std::size(values); ++i) {
        print_cell(sink, i, 3, {&names[size_t{10} * i], 10}, values[i]);
    }
    const isa::Satp satp{csrs.vsatp};
    constexpr auto sv39 = static_cast<unsigned>(isa::PagingMode::sv39);
    const auto mode = static_cast<unsigned>(satp.get(isa::Satp::mode));
    print(sink, "    vsatp     {:#018x}, ", csrs.vsatp);
    if (mode == 0) {
        println(sink, "Bare: no page tables");
    } else if (mode < sv39 || mode > static_cast<unsigned>(isa::PagingMode::sv57)) {
        println(sink, "mode {}: there is no such mode", mode);
    } else {
        println(sink, "Sv{}: root at {:#x}, ASID {}", 39 + 9 * (mode - sv39), satp.get(isa::Satp::ppn) << 12,
                satp.get(isa::Satp::asid));
    }
}

/// [psabi] Frame pointer convention: the return address is at fp - 8, the caller's frame pointer at fp - 16.
void print_backtrace(Sink& sink, const PostMortem& post_mortem)
{
    constexpr unsigned most_frames = 16;
    mm::GuestPaging paging = last_trap(post_mortem).paging;
    paging.need_accessed_dirty = false;
    println(sink, "  backtrace, by the guest's frame pointers:");
    println(sink, "    at {:#018x}, pc", post_mortem.pc);
    println(sink, "    at {:#018x}, ra", post_mortem.x1_to_x31[0]);
    uint64_t frame_pointer = post_mortem.x1_to_x31[7];
    for (unsigned frame = 0; frame < most_frames; ++frame) {
        if (frame_pointer == 0) {
            return;
        }
        if (frame_pointer % 8 != 0) {
            return println(sink, "    ends at frame pointer {:#x}: it is not aligned", frame_pointer);
        }
        std::array<std::byte, 16> bytes{};
        if (const auto copied = copy_out(post_mortem.memory, paging, GuestVirtAddr{frame_pointer - 16}, bytes);
            !copied) {
            return println(sink, "    ends at frame pointer {:#x}: {}", frame_pointer, copied.error());
        }
        const auto record = __builtin_bit_cast(std::array<uint64_t, 2>, bytes);
        println(sink, "    at {:#018x}", record[1]);
        if (record[0] == frame_pointer) {
            return println(sink, "    ends at frame pointer {:#x}: it leads to itself", frame_pointer);
        }
        frame_pointer = record[0];
    }
    println(sink, "    ends after {} frames: more are not shown", most_frames);
}

/// [sbi] HSM States, as far as a report tells them apart.
std::string_view word_for(isa::sbi::HartStatus status)
{
    using isa::sbi::HartStatus;
    if (status == HartStatus::stopped || status == HartStatus::start_pending) {
        return "stopped";
    }
    return status == HartStatus::started ? "running" : "suspended";
}

}  // namespace

[[gnu::cold]] std::string_view name_of(StopReason reason)
{
    switch (reason) {
    case StopReason::trap_vector_faults:
        return "a crash loop: its trap handler cannot be fetched";
    case StopReason::trap_without_answer:
        return "a trap that has no answer";
    case StopReason::reset_for_failure:
        return "it asked for a reset, because of a failure";
    case StopReason::not_fed:
        return "it has not fed its watchdog in time";
    case StopReason::timer_untaken:
        return "its timer was due, and it has not taken it in time";
    case StopReason::stopped_by_operator:
        return "by the operator";
    }
    return "for no known reason";
}

[[gnu::cold]] void print_post_mortem(Sink& sink, const PostMortem& post_mortem)
{
    println(sink, "guest {}, vCPU {}: stopped: {}", post_mortem.guest, post_mortem.vcpu, post_mortem.reason);
    print_trap(sink, post_mortem, last_trap(post_mortem));
    if (post_mortem.reason == StopReason::trap_vector_faults) {
        print_trap(sink, post_mortem, original_trap(post_mortem));
    }
    print_registers(sink, post_mortem);
    print_csrs(sink, post_mortem.csrs);
    print_backtrace(sink, post_mortem);
    print_exit_history(sink, post_mortem.vcpu, post_mortem.exits);
    print_exit_counts(sink, post_mortem.counts);
    for (const VcpuPlace& other : post_mortem.other_vcpus) {
        println(sink, "  vCPU {}: {}, pc {:#018x}", other.index, word_for(other.status), other.pc);
    }
    println(sink, "  ran for {}, after {} restart{}", post_mortem.ran, post_mortem.restarts,
            post_mortem.restarts == 1 ? "" : "s");
}

[[gnu::cold]] void print_neighbour(Sink& sink, std::string_view guest, Duration ran, bool ended)
{
    if (ended) {
        return println(sink, "  guest {} had ended", guest);
    }
    println(sink, "  guest {} had been running for {}", guest, ran);
}

[[gnu::cold]] void format_value(FormatOutput& out, Duration duration)
{
    const uint64_t rate = duration.ticks_per_second;
    print(out, "{}.{:03} s", duration.ticks / rate, duration.ticks % rate * 1000 / rate);
}

}  // namespace hv::vm

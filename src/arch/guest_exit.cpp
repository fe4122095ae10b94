// The slow path of an exit, with all of the guest's registers in the frame: whatever is not done all the time.
#include <hv/arch/guest.hpp>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/panic.hpp>
#include <hv/isa/access_base.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/csr_instruction.hpp>
#include <hv/isa/htinst.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/isa/instruction_class.hpp>
#include <hv/mm/guest_translation.hpp>
#include <hv/vm/sbi_call.hpp>

#include "guest_device.hpp"
#include "guest_fetch.hpp"
#include "guest_sbi.hpp"

extern "C" void handle_guest_exit();

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Exception;

/// HLVX.HU: two bytes as the guest's own fetch would see them; nothing where that would fault, and then the way
/// back into the guest is in disorder.
std::optional<uint32_t> fetch_parcel(uint64_t address)
{
    uint64_t value = 0;
    uint64_t done = 0;
    asm volatile("1: .insn r 0x73, 4, 0x32, %0, %2, x3\n"
                 "   li   %1, 1\n"
                 "2:\n"
                 "   .pushsection .fixup_table, \"a\"\n"
                 "   .dword 1b, 2b\n"
                 "   .popsection"
                 : "=&r"(value), "+&r"(done)
                 : "r"(address)
                 : "memory");
    return done != 0 ? std::optional{static_cast<uint32_t>(value)} : std::nullopt;
}

[[noreturn]] void stop_guest(GuestFrame& frame, vm::StopReason reason)
{
    frame.vcpu->guest->fail(*frame.vcpu, reason);
}

/// The guest has nothing where it fetches: an access fault of its own. Not where it fetches the handler of just
/// that: it would fault for ever.
void handle_fetch_fault(GuestFrame& frame, uint64_t stval)
{
    const uint64_t handler = read_csr<Csr::vstvec>() & ~uint64_t{3};
    if (frame.pc() == handler) {
        stop_guest(frame, vm::StopReason::trap_vector_faults);
    }
    inject(frame, Exception::instruction_access_fault, stval);
}

/// The instruction of a load or store could not be read. The guest makes the access again: the instruction was
/// there a moment ago, so another of its harts changes its tables. But only once at a place: QEMU 7.2 never reads
/// what may only be executed.
void handle_unreadable_instruction(GuestFrame& frame, Exception cause, uint64_t stval, uint64_t htval)
{
    // QEMU 7.2 calls it a load where the fetch itself met page tables that are nowhere.
    if (stval - frame.pc() < 4) {
        // A report is to show the guest's fault, and not that of our own load.
        write_csr<Csr::scause>(scause_of(cause).bits());
        write_csr<Csr::stval>(stval);
        write_csr<Csr::htval>(htval);
        handle_fetch_fault(frame, stval);
        return;
    }
    const bool again = frame.vcpu->refetched_at == frame.pc();
    frame.vcpu->refetched_at = again ? Vcpu::nowhere : frame.pc();
    if (again) {
        inject(frame, isa::access_fault_for(isa::InstructionClass::other, cause), stval);
    }
}

/// The load or store that an instruction is, where a device may answer it: none answers a misaligned one. stval
/// does not tell, as it may be the address of the second part. Not inline: that would have its branches twice.
[[gnu::noinline]] isa::MemoryAccess aligned_access(const GuestFrame& frame, uint32_t instruction)
{
    const isa::MemoryAccess access = isa::decode_access(instruction).value_or(isa::MemoryAccess{});
    const isa::AccessBase base = isa::base_of_access(instruction);
    return isa::is_aligned(base, frame.x(base.reg), access.size()) ? access : isa::MemoryAccess{};
}

/// [priv] Hypervisor: Guest-Page Faults. A device's register, or an address where the guest has nothing: that is an
/// access fault of its own, of the kind that its instruction is.
void handle_access_fault(GuestFrame& frame, Exception cause)
{
    // A fetch of the instruction overwrites all of these.
    const uint64_t stval = read_csr<Csr::stval>();
    const uint64_t htval = read_csr<Csr::htval>();
    const isa::Htinst htinst = isa::decode_htinst(read_csr<Csr::htinst>());
    isa::MemoryAccess access;
    isa::InstructionClass kind = isa::InstructionClass::other;
    if (htinst.kind == isa::Htinst::Kind::access) {
        access = htinst.access;
    } else if (htinst.kind != isa::Htinst::Kind::split_access) {
        const std::optional<uint32_t> instruction = fetch_instruction(frame.pc());
        if (!instruction) {
            handle_unreadable_instruction(frame, cause, stval, htval);
            return;
        }
        kind = isa::class_of(*instruction);
        if (htinst.kind == isa::Htinst::Kind::unknown) {
            access = aligned_access(frame, *instruction);
        }
    }
    const GuestPhysAddr address = isa::guest_physical_address(htval, stval);
    if (!access.is_none() && (access_device(frame, address, access) || access_doorbell(address, access))) {
        frame.set_pc(frame.pc() + access.length());
        return;
    }
    inject(frame, isa::access_fault_for(kind, cause), stval);
}

/// A read of `cycle` or `instret` which the guest has stopped or set, so that the hart's own would be wrong.
std::optional<uint64_t> emulated_counter(const GuestFrame& frame, isa::Csr csr)
{
    if (csr != Csr::cycle && csr != Csr::instret) {
        return std::nullopt;
    }
    const unsigned counter = static_cast<unsigned>(csr) - static_cast<unsigned>(Csr::cycle);
    const bool user = !isa::Sstatus{read_csr<Csr::sstatus>()}.get(isa::Sstatus::spp);
    if (user && (read_csr<Csr::scounteren>() >> counter & 1) == 0) {
        return std::nullopt;
    }
    return frame.vcpu->counters.value(counter, GuestSbi::hardware_counts());
}

/// [priv] Hypervisor: Virtual-Instruction Exception. A guest that is to see no hypervisor meets an illegal
/// instruction, but where the instruction means something to it.
void handle_virtual_instruction(GuestFrame& frame)
{
    // QEMU 7.2's stval is another instruction's for some of these.
    const auto said = static_cast<uint32_t>(read_csr<Csr::stval>());
    const uint32_t instruction = fetch_instruction(frame.pc()).value_or(said);
    if (const auto read = isa::decode_csr_read(instruction)) {
        if (const auto value = emulated_counter(frame, read->csr)) {
            frame.set_x(read->rd, *value);
            frame.set_pc(frame.pc() + 4);
            return;
        }
    }
    if (!is_watched_wait(instruction)) {
        inject(frame, Exception::illegal_instruction, instruction);
    }
}

/// What an SBI call asks of the vCPU beyond its registers.
// NOLINTNEXTLINE(readability-function-size): one case for each outcome.
void carry_out(GuestFrame& frame, const vm::SbiOutcome& outcome)
{
    using Kind = vm::SbiOutcome::Kind;
    Vcpu& vcpu = *frame.vcpu;
    Guest& guest = *vcpu.guest;
    switch (outcome.kind) {
    case Kind::retry:
        return;
    case Kind::fault:
        inject(frame, outcome.fault.cause, outcome.fault.stval);
        return;
    case Kind::stop:
        guest.hart_states().finish_stop(vcpu.index);
        wait_for_start(vcpu);
    case Kind::suspend:
        guest.hart_states().finish_suspend(vcpu.index);
        suspend_vcpu(vcpu);
        guest.hart_states().begin_resume(vcpu.index);
        if (outcome.resume_at) {
            resume_guest_cpu(frame, guest.plan().cpu, vcpu.index, *outcome.resume_at);
            guest.hart_states().finish_resume(vcpu.index);
            return;
        }
        guest.hart_states().finish_resume(vcpu.index);
        break;
    case Kind::reset:
        if (outcome.reset_reason == isa::sbi::ResetReason::system_failure) {
            stop_guest(frame, vm::StopReason::reset_for_failure);
        }
        guest.end(vcpu, outcome.reset_type == isa::sbi::ResetType::shutdown ? GuestEnding::shutdown
                                                                            : GuestEnding::reboot);
    case Kind::resume:
        break;
    }
    frame.set_x(10, outcome.a0);
    frame.set_x(11, outcome.a1);
    frame.set_pc(frame.pc() + 4);
}

void handle_sbi_call(GuestFrame& frame)
{
    GuestSbi host{frame};
    const vm::SbiCall call{frame.x(10), frame.x(11), frame.x(12), frame.x(13),
                           frame.x(14), frame.x(15), frame.x(16), frame.x(17)};
    carry_out(frame, vm::handle_call(host, call));
}

void handle_exception(GuestFrame& frame, Exception cause)
{
    switch (cause) {
    case Exception::call_from_vs_mode:
        handle_sbi_call(frame);
        return;
    case Exception::instruction_guest_page_fault:
        handle_fetch_fault(frame, read_csr<Csr::stval>());
        return;
    case Exception::load_guest_page_fault:
    case Exception::store_guest_page_fault:
        handle_access_fault(frame, cause);
        return;
    case Exception::virtual_instruction:
        handle_virtual_instruction(frame);
        return;
    default:
        // Delegated, and yet here: the firmware redirected it to us.
        inject(frame, cause, read_csr<Csr::stval>());
        return;
    }
}

}  // namespace

std::optional<uint32_t> fetch_instruction(uint64_t pc)
{
    std::optional<uint32_t> instruction = fetch_parcel(pc);
    if (instruction && isa::instruction_length(*instruction) == 4) {
        if (const auto upper = fetch_parcel(pc + 2)) {
            *instruction |= *upper << 16;
        } else {
            instruction = std::nullopt;
        }
    }
    restore_way_back(pc);
    return instruction;
}

void settle_access(Vcpu& vcpu, dev::Effects effects)
{
    // The caller's own output is looked at in any case: that is cheaper than an interrupt.
    const auto outputs = vcpu.guest->plic().outputs();
    set_guest_external_interrupt((outputs >> vcpu.index & 1) != 0);
    vcpu.guest->settle(effects.without_hart(vcpu.index));
}

Expected<uint64_t, vm::GuestFault> GuestSbi::load_word(GuestVirtAddr address) const
{
    const isa::Sstatus status{read_csr<Csr::vsstatus>()};
    const mm::GuestPaging paging{.vsatp = isa::Satp{read_csr<Csr::vsatp>()},
                                 .user = false,
                                 .sum = status.get(isa::Sstatus::sum),
                                 .mxr = status.get(isa::Sstatus::mxr)};
    std::array<std::byte, sizeof(uint64_t)> bytes{};
    if (const auto copied = mm::copy_out(memory(), paging, address, bytes); !copied) {
        const bool access = copied.error().is_access_fault();
        return Unexpected{
            vm::GuestFault{access ? Exception::load_access_fault : Exception::load_page_fault, address.value()}};
    }
    return __builtin_bit_cast(uint64_t, bytes);
}

/// [sbi] FWFT: of its features the guest has the one that says who sets A and D, where the hart can.
std::optional<uint64_t> GuestSbi::feature(isa::sbi::Feature feature) const
{
    const auto& controls = guest().plan().cpu.henvcfg;
    if (feature != isa::sbi::Feature::pte_ad_hw_updating || !controls || !controls->get(isa::Henvcfg::adue)) {
        return std::nullopt;
    }
    return isa::Henvcfg{read_csr<Csr::henvcfg>()}.get(isa::Henvcfg::adue) ? 1 : 0;
}

isa::sbi::Error GuestSbi::set_feature(isa::sbi::Feature /*feature*/, uint64_t value)
{
    const isa::Henvcfg controls{read_csr<Csr::henvcfg>()};
    write_csr<Csr::henvcfg>(controls.with(isa::Henvcfg::adue, value != 0).bits());
    // [priv] Hypervisor: henvcfg.ADUE. What the hart remembers of the guest's entries was found by the old rule.
    fence_guest({.kind = vm::FenceRequest::Kind::addresses});
    return isa::sbi::Error::success;
}

}  // namespace hv::arch

/// Called by guest_trap_entry, which goes on with the frame as it is left here.
void handle_guest_exit()
{
    using namespace hv::arch;
    GuestFrame& frame = this_hart().guest;
    const hv::isa::Scause cause{read_csr<hv::isa::Csr::scause>()};
    if (cause.get(hv::isa::Scause::interrupt)) {
        obey(*frame.vcpu);
    } else {
        handle_exception(frame, static_cast<hv::isa::Exception>(cause.get(hv::isa::Scause::code)));
    }
    frame.counts.add(hv::vm::exit_cause_of(cause), read_csr<hv::isa::Csr::instret>() - frame.entry_instret);
}

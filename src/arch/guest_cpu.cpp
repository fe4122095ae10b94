// Every CSR that a guest runs with, and the hypervisor load that reads its instructions.
#include <hv/arch/guest_cpu.hpp>

#include <hv/arch/guest.hpp>
#include <hv/arch/vcpu.hpp>
#include <hv/isa/cause.hpp>

extern "C" {
void reset_floating_point_registers();  // guest_registers.S
void reset_vector_registers();          // guest_registers.S
}

namespace hv::arch {
namespace {

using isa::ContextStatus;
using isa::Csr;
using isa::Hstatus;
using isa::Interrupts;
using isa::Sstatus;

/// [priv] Hypervisor: hedeleg. All that a guest can meet on a hart of its own; not ecall from VS-mode, the
/// guest-page faults and the virtual instruction, which are ours.
constexpr uint64_t delegated_exceptions = 0xb1ff;
/// [priv] Hypervisor: hideleg. VSSI, VSTI, VSEI.
constexpr uint64_t delegated_interrupts = 0x444;

/// [priv] Supervisor: scounteren. CY, TM, IR.
constexpr uint64_t all_counters = 7;

/// [priv] Hypervisor: Memory-Management Fences, note: vsatp = 0 before hgatp changes.
void switch_address_space(isa::Hgatp hgatp)
{
    write_csr<Csr::vsatp>(0);
    write_csr<Csr::hgatp>(hgatp.bits());
    asm volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");  // hfence.gvma
    asm volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");  // hfence.vvma
    asm volatile("fence.i" : : : "memory");
}

void reset_vs_csrs()
{
    write_csr<Csr::vsstatus>(0);
    write_csr<Csr::vsie>(0);
    write_csr<Csr::vstvec>(0);
    write_csr<Csr::vsscratch>(0);
    write_csr<Csr::vsepc>(0);
    write_csr<Csr::vscause>(0);
    write_csr<Csr::vstval>(0);
    // These two have no VS copy. Firmware starts a hart with all counters open to U-mode, and programs count on it.
    write_csr<Csr::scounteren>(all_counters);
    write_csr<Csr::senvcfg>(0);
}

/// What the guest is not told of does not work: with FS and VS off here, its F, D and V instructions are illegal.
void reset_register_files(const GuestCpuSettings& settings)
{
    Sstatus status{read_csr<Csr::sstatus>()};
    if (settings.has_floating_point) {
        set_csr<Csr::sstatus>(Sstatus::fs.mask);
        reset_floating_point_registers();
        write_csr<Csr::fcsr>(0);
    }
    if (settings.has_vector) {
        set_csr<Csr::sstatus>(Sstatus::vs.mask);
        reset_vector_registers();
        write_csr<Csr::vstart>(0);
        write_csr<Csr::vcsr>(0);
    }
    status = status.with(Sstatus::fs, settings.has_floating_point ? ContextStatus::initial : ContextStatus::off)
                 .with(Sstatus::vs, settings.has_vector ? ContextStatus::initial : ContextStatus::off)
                 .with(Sstatus::sum, false)
                 .with(Sstatus::mxr, false)
                 .with(Sstatus::spp, true);
    write_csr<Csr::sstatus>(status.bits());
}

/// What a start and a resume have in common: all that the guest itself may write, but for its timer.
void reset_guest_state(GuestFrame& frame, const GuestCpuSettings& settings, uint64_t hart_id, vm::HartEntry entry)
{
    reset_vs_csrs();
    reset_register_files(settings);
    // VTVM, VTW, VTSR, HU and VGEIN are 0: WFI, SRET, SFENCE.VMA and satp are the guest's own.
    const auto width = Hstatus{read_csr<Csr::hstatus>()}.get(Hstatus::vsxl);
    write_csr<Csr::hstatus>(
        Hstatus{}.with(Hstatus::vsxl, width).with(Hstatus::spv, true).with(Hstatus::spvp, true).bits());

    frame.slots = {};
    const bool watched = frame.vcpu->watched;
    frame.timer = settings.has_sstc ? GuestFrame::guests_own_timer
                  : watched         ? GuestFrame::shared_timer
                                    : GuestFrame::harts_timer;
    frame.timer_cause = watched || settings.has_sstc ? GuestFrame::no_cause
                                                     : isa::scause_of(isa::Interrupt::supervisor_timer).bits();
    frame.set_pc(entry.pc.value());
    frame.set_x(10, hart_id);
    frame.set_x(11, entry.opaque);
}

}  // namespace

void reset_guest_cpu(GuestFrame& frame, const GuestCpuSettings& settings, const GuestCpuStart& start)
{
    write_csr<Csr::hedeleg>(delegated_exceptions);
    write_csr<Csr::hideleg>(delegated_interrupts);
    write_csr<Csr::hvip>(0);
    if (settings.henvcfg) {
        // [sbi] FWFT: off until the guest asks for it.
        write_csr<Csr::henvcfg>(settings.henvcfg->with(isa::Henvcfg::adue, false).bits());
    }
    if (settings.hstateen0) {
        write_csr<Csr::hstateen0>(settings.hstateen0->bits());
    }
    write_csr<Csr::hcounteren>(settings.hcounteren.bits());
    switch_address_space(start.hgatp);
    write_csr<Csr::htimedelta>(start.time_delta);
    if (settings.has_stimecmp) {
        // Also where the guest has none: the CSR's own reset value is a timer that is always due.
        write_csr<Csr::vstimecmp>(UINT64_MAX);
    }
    // The hart's own timer is the guest's from here on, or a watchdog's, which sets it.
    clear_csr<Csr::sie>(Interrupts::supervisor_timer.mask);
    if (!settings.has_sstc) {
        sbi::set_timer(UINT64_MAX);
    }
    reset_guest_state(frame, settings, start.hart_id, start.entry);
}

void resume_guest_cpu(GuestFrame& frame, const GuestCpuSettings& settings, uint64_t hart_id, vm::HartEntry entry)
{
    switch_address_space(isa::Hgatp{read_csr<Csr::hgatp>()});
    reset_guest_state(frame, settings, hart_id, entry);
}

void inject(GuestFrame& frame, isa::Exception cause, uint64_t stval)
{
    // [priv] Supervisor: sstatus. What a trap into S-mode does, done to the VS copies.
    const Sstatus before{read_csr<Csr::vsstatus>()};
    const bool from_supervisor = Sstatus{read_csr<Csr::sstatus>()}.get(Sstatus::spp);
    write_csr<Csr::vsstatus>(before.with(Sstatus::spp, from_supervisor)
                                 .with(Sstatus::spie, before.get(Sstatus::sie))
                                 .with(Sstatus::sie, false)
                                 .bits());
    write_csr<Csr::vscause>(scause_of(cause).bits());
    write_csr<Csr::vsepc>(frame.pc());
    write_csr<Csr::vstval>(stval);
    frame.set_pc(read_csr<Csr::vstvec>() & ~uint64_t{3});  // exceptions are never vectored
    set_csr<Csr::sstatus>(Sstatus::spp.mask);
}

void pass_counters_through(GuestFrame& frame)
{
    const Vcpu& vcpu = *frame.vcpu;
    using isa::Counteren;
    const uint64_t offered = vcpu.guest->plan().cpu.hcounteren.bits();
    constexpr uint64_t hardware = Counteren::cycle.mask | Counteren::instret.mask;
    write_csr<Csr::hcounteren>(offered & (~hardware | vcpu.counters.pass_through()));
}

}  // namespace hv::arch

// Every CSR that a guest runs with, and the hypervisor load that reads its instructions.
#include <hv/arch/guest_cpu.hpp>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/probe.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/isa/cause.hpp>

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Interrupts;
using isa::Sstatus;

/// [priv] Hypervisor: hedeleg. All that a guest can meet on a hart of its own; not ecall from VS-mode, the
/// guest-page faults and the virtual instruction, which are ours.
constexpr uint64_t delegated_exceptions = 0xb1ff;
/// [priv] Hypervisor: hideleg. VSSI, VSTI, VSEI.
constexpr uint64_t delegated_interrupts = 0x444;
/// [priv] Sstc: henvcfg.STCE.
constexpr uint64_t henvcfg_stce = uint64_t{1} << 63;
/// [priv] Hypervisor: henvcfg.FIOM: a fence of the guest that orders its device accesses orders our models' memory.
constexpr uint64_t henvcfg_fiom = 1;
/// [priv] Hypervisor: hcounteren. CY, TM, IR.
constexpr uint64_t visible_counters = 7;

/// The same on all harts; written before the first guest runs.
constinit bool guests_have_sstc = false;

uint64_t now()
{
    return read_csr<Csr::time>();
}

}  // namespace

HartFeatures probe_hart_features()
{
    HartFeatures features;
    write_csr<Csr::henvcfg>(henvcfg_stce | henvcfg_fiom);
    features.sstc = (read_csr<Csr::henvcfg>() & henvcfg_stce) != 0 && try_read_csr<Csr::stimecmp>().has_value();
    if (!features.sstc) {
        clear_csr<Csr::henvcfg>(henvcfg_stce);
    }
    guests_have_sstc = features.sstc;
    return features;
}

void reset_guest_cpu(Vcpu& vcpu, isa::Hgatp hgatp, vm::HartEntry entry)
{
    write_csr<Csr::hedeleg>(delegated_exceptions);
    write_csr<Csr::hideleg>(delegated_interrupts);
    write_csr<Csr::hcounteren>(visible_counters);
    write_csr<Csr::hvip>(0);
    // [priv] Hypervisor: Memory-Management Fences, note: vsatp = 0 before hgatp changes.
    write_csr<Csr::vsatp>(0);
    write_csr<Csr::hgatp>(hgatp.bits());
    asm volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");  // hfence.gvma
    asm volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");  // hfence.vvma
    asm volatile("fence.i" : : : "memory");
    write_csr<Csr::htimedelta>(0 - now());
    if (guests_have_sstc) {
        // Also where it is unused a reset value of 0 would be a timer that is always due.
        write_csr<Csr::vstimecmp>(UINT64_MAX);
    }
    write_csr<Csr::vsstatus>(0);
    write_csr<Csr::vsie>(0);
    write_csr<Csr::vstvec>(0);
    write_csr<Csr::vsscratch>(0);
    write_csr<Csr::vsepc>(0);
    write_csr<Csr::vscause>(0);
    write_csr<Csr::vstval>(0);
    // These two have no VS copy.
    write_csr<Csr::scounteren>(0);
    write_csr<Csr::senvcfg>(0);

    for (uint64_t& x : vcpu.x1_to_x31) {
        x = 0;
    }
    vcpu.pc = entry.pc.value();
    vcpu.set_x(10, vcpu.index);
    vcpu.set_x(11, entry.opaque);
    write_csr<Csr::hstatus>(
        isa::Hstatus{read_csr<Csr::hstatus>()}.with(isa::Hstatus::spv, true).with(isa::Hstatus::spvp, true).bits());
    // What the guest is not told of does not work: with FS and VS off here, its F, D and V instructions are
    // illegal.
    clear_csr<Csr::sstatus>(Sstatus::fs.mask | Sstatus::vs.mask);
    set_csr<Csr::sstatus>(Sstatus::spp.mask);
}

void inject(Vcpu& vcpu, isa::Exception cause, uint64_t stval)
{
    // [priv] Supervisor: sstatus. What a trap into S-mode does, done to the VS copies.
    const Sstatus before{read_csr<Csr::vsstatus>()};
    const bool from_supervisor = Sstatus{read_csr<Csr::sstatus>()}.get(Sstatus::spp);
    write_csr<Csr::vsstatus>(before.with(Sstatus::spp, from_supervisor)
                                 .with(Sstatus::spie, before.get(Sstatus::sie))
                                 .with(Sstatus::sie, false)
                                 .bits());
    write_csr<Csr::vscause>(scause_of(cause).bits());
    write_csr<Csr::vsepc>(vcpu.pc);
    write_csr<Csr::vstval>(stval);
    vcpu.pc = read_csr<Csr::vstvec>() & ~uint64_t{3};  // exceptions are never vectored
    set_csr<Csr::sstatus>(Sstatus::spp.mask);
}

void set_guest_timer(uint64_t deadline)
{
    if (guests_have_sstc) {
        write_csr<Csr::vstimecmp>(deadline);
        return;
    }
    clear_csr<Csr::hvip>(Interrupts::virtual_supervisor_timer.mask);
    const uint64_t delta = read_csr<Csr::htimedelta>();
    // Guest time is ours plus the delta, modulo 2^64; a time that ours never reaches is no timer at all.
    const uint64_t ours = deadline - delta;
    sbi::set_timer(deadline == UINT64_MAX || ours < deadline ? UINT64_MAX : ours);
    set_csr<Csr::sie>(Interrupts::supervisor_timer.mask);
}

void guest_timer_due()
{
    clear_csr<Csr::sie>(Interrupts::supervisor_timer.mask);
    set_csr<Csr::hvip>(Interrupts::virtual_supervisor_timer.mask);
}

void raise_guest_software_interrupt()
{
    set_csr<Csr::hvip>(Interrupts::virtual_supervisor_software.mask);
}

bool clear_guest_software_interrupt()
{
    constexpr uint64_t bit = Interrupts::virtual_supervisor_software.mask;
    const bool was_pending = (read_csr<Csr::hvip>() & bit) != 0;
    clear_csr<Csr::hvip>(bit);
    return was_pending;
}

void set_guest_external_interrupt(bool high)
{
    constexpr uint64_t bit = Interrupts::virtual_supervisor_external.mask;
    if (high) {
        set_csr<Csr::hvip>(bit);
    } else {
        clear_csr<Csr::hvip>(bit);
    }
}

void fence_guest(const vm::FenceRequest& request)
{
    using Kind = vm::FenceRequest::Kind;
    if (request.kind == Kind::instructions) {
        asm volatile("fence.i" : : : "memory");
        return;
    }
    const bool one_space = request.kind == Kind::addresses_of_a_space;
    if (request.pages == 0) {
        if (one_space) {
            asm volatile(".insn r 0x73, 0, 0x11, x0, x0, %0" : : "r"(request.asid) : "memory");
        } else {
            asm volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");
        }
        return;
    }
    for (uint64_t i = 0; i < request.pages; i++) {
        const uint64_t page = request.start + i * 4096;
        if (one_space) {
            asm volatile(".insn r 0x73, 0, 0x11, x0, %0, %1" : : "r"(page), "r"(request.asid) : "memory");
        } else {
            asm volatile(".insn r 0x73, 0, 0x11, x0, %0, x0" : : "r"(page) : "memory");
        }
    }
}

namespace {

/// HLVX.HU: two bytes as the guest's own fetch would see them.
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

}  // namespace

std::optional<uint32_t> fetch_guest_instruction(const Vcpu& vcpu)
{
    // A fault in here overwrites hstatus.SPV and sstatus.SPP, which the return to the guest needs.
    const uint64_t hstatus = read_csr<Csr::hstatus>();
    const uint64_t sstatus = read_csr<Csr::sstatus>();
    std::optional<uint32_t> instruction = fetch_parcel(vcpu.pc);
    if (instruction && (*instruction & 3) == 3) {
        if (const auto upper = fetch_parcel(vcpu.pc + 2)) {
            *instruction |= *upper << 16;
        } else {
            instruction = std::nullopt;
        }
    }
    write_csr<Csr::hstatus>(hstatus);
    write_csr<Csr::sstatus>(sstatus);
    return instruction;
}

}  // namespace hv::arch

// The hart's side of a vCPU: the CSRs that a guest runs with, and what is done to a guest that runs here.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_frame.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/isa/guest_controls.hpp>
#include <hv/isa/registers.hpp>
#include <hv/vm/sbi_hart_mask.hpp>
#include <hv/vm/sbi_types.hpp>

namespace hv::arch {

/// What the guest's harts are told to allow: the same on all of them.
struct GuestCpuSettings {
    std::optional<isa::Henvcfg> henvcfg{};      ///< nothing where the hart has no such CSR
    std::optional<isa::Hstateen0> hstateen0{};  ///< likewise
    isa::Counteren hcounteren{};
    bool has_sstc = false;      ///< stimecmp is the guest's own timer
    bool has_stimecmp = false;  ///< the CSR exists, whether the guest may use it or not
    bool has_floating_point = false;
    bool has_vector = false;
    uint16_t vmid = 0;
};

/// Where a vCPU starts.
struct GuestCpuStart {
    isa::Hgatp hgatp{};
    uint64_t time_delta = 0;
    uint64_t hart_id = 0;
    vm::HartEntry entry{};
};

/// Puts this hart's VS CSRs and the frame's registers into the state that every guest hart starts in: VS-mode at
/// the entry with a0 = the hart id and a1 = `opaque`, no translation, no interrupt pending or enabled, no timer,
/// all other registers 0, floating-point and vector ones included.
void reset_guest_cpu(GuestFrame& frame, const GuestCpuSettings& settings, const GuestCpuStart& start);

/// The same for a hart whose non-retentive suspend is over, but its interrupts stay pending, and its timer, its
/// counters and its firmware features stay: an interrupt has woken it, and the guest has yet to take that.
void resume_guest_cpu(GuestFrame& frame, const GuestCpuSettings& settings, uint64_t hart_id, vm::HartEntry entry);

/// The guest takes an exception as from its own hart, at the instruction that the frame's pc is at.
void inject(GuestFrame& frame, isa::Exception cause, uint64_t stval);

/// The guest may read those hardware counters that it has not stopped or set.
void pass_counters_through(GuestFrame& frame);

// The rest is on the fast path.

/// Where a hypervisor load of the guest's memory has faulted: the return to the guest's `pc` is made ready again.
inline void restore_way_back(uint64_t pc)
{
    using isa::Hstatus;
    using isa::Sstatus;
    // The fault came from HS-mode: SPV and SPP say so now. SPVP still has the guest's mode, in the same place.
    static_assert(Hstatus::spvp.mask == Sstatus::spp.mask);
    const uint64_t mode = read_csr<isa::Csr::hstatus>() & Hstatus::spvp.mask;
    set_csr<isa::Csr::hstatus>(Hstatus::spv.mask);
    clear_csr<isa::Csr::sstatus>(Sstatus::spp.mask);
    set_csr<isa::Csr::sstatus>(mode);
    write_csr<isa::Csr::sepc>(pc);
}

/// Guest time is ours plus the delta, modulo 2^64, and the delta is what takes the machine's time back to 0: a time
/// that ours never reaches is no timer at all.
[[gnu::always_inline]] inline uint64_t host_time_of(uint64_t guest_time)
{
    const uint64_t ours = guest_time - read_csr<isa::Csr::htimedelta>();
    return ours < guest_time ? UINT64_MAX : ours;
}

/// [priv] Sstc; [sbi] TIME. Makes the guest's timer due at guest time `deadline`, by its own timer or by ours.
/// False, and nothing has happened, where that is shared with a watchdog: see set_shared_timer().
[[nodiscard, gnu::always_inline]] inline bool set_guest_timer(const GuestFrame& frame, uint64_t deadline)
{
    if (frame.timer > 0) [[likely]] {
        write_csr<isa::Csr::vstimecmp>(deadline);
        return true;
    }
    if (frame.timer < 0) [[unlikely]] {
        return false;
    }
    clear_csr<isa::Csr::hvip>(isa::Interrupts::virtual_supervisor_timer.mask);
    sbi::set_timer(host_time_of(deadline));
    set_csr<isa::Csr::sie>(isa::Interrupts::supervisor_timer.mask);
    return true;
}

/// Our timer was due: passes it on. Only where guests have none of their own.
[[gnu::always_inline]] inline void guest_timer_due()
{
    clear_csr<isa::Csr::sie>(isa::Interrupts::supervisor_timer.mask);
    set_csr<isa::Csr::hvip>(isa::Interrupts::virtual_supervisor_timer.mask);
}

[[gnu::always_inline]] inline void raise_guest_software_interrupt()
{
    set_csr<isa::Csr::hvip>(isa::Interrupts::virtual_supervisor_software.mask);
}

/// The guest's external interrupt, as its PLIC drives it.
inline void set_guest_external_interrupt(bool high)
{
    constexpr uint64_t bit = isa::Interrupts::virtual_supervisor_external.mask;
    if (high) {
        set_csr<isa::Csr::hvip>(bit);
    } else {
        clear_csr<isa::Csr::hvip>(bit);
    }
}

/// HFENCE.VVMA, or FENCE.I, on this hart.
[[gnu::always_inline]] inline void fence_guest(const vm::FenceRequest& request)
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

}  // namespace hv::arch

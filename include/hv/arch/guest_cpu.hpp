// The hart's side of a vCPU: the CSRs that a guest runs with, and what is done to a guest that runs here.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/arch/vcpu.hpp>
#include <hv/isa/registers.hpp>
#include <hv/lib/expected.hpp>
#include <hv/vm/sbi_hart_mask.hpp>
#include <hv/vm/sbi_types.hpp>

namespace hv::arch {

/// What this hart has for guests, found by trying.
struct HartFeatures {
    bool sstc = false;  ///< a timer of the guest's own: stimecmp
};
/// Once per hart, before its first guest. Leaves henvcfg as a guest may find it.
[[nodiscard]] HartFeatures probe_hart_features();

/// Puts the hart's VS CSRs and the vCPU's registers into the state that every guest hart starts in: VS-mode at
/// `entry` with a0 = the hart id and a1 = `opaque`, no translation, no interrupt pending or enabled, no timer.
void reset_guest_cpu(Vcpu& vcpu, isa::Hgatp hgatp, vm::HartEntry entry);

/// The guest takes an exception as from its own hart, at the instruction that it is at.
void inject(Vcpu& vcpu, isa::Exception cause, uint64_t stval);

/// Makes the guest's timer due at guest time `deadline`, by its own timer or by ours.
void set_guest_timer(uint64_t deadline);
/// Our timer was due: passes it on. Only where guests have none of their own.
void guest_timer_due();

void raise_guest_software_interrupt();
[[nodiscard]] bool clear_guest_software_interrupt();
/// The guest's external interrupt, as its PLIC drives it.
void set_guest_external_interrupt(bool high);

/// HFENCE.VVMA, or FENCE.I, on this hart.
void fence_guest(const vm::FenceRequest& request);

/// The instruction at the guest's pc, as its own fetch sees it; nothing where that fetch would fault.
[[nodiscard]] std::optional<uint32_t> fetch_guest_instruction(const Vcpu& vcpu);

}  // namespace hv::arch

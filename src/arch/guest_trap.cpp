// Exits that take a call, but not all of the guest's registers: this hart's interrupts, and devices where an access
// sets something off.
#include <cstdint>

#include <hv/arch/guest.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/htinst.hpp>

#include "guest_device.hpp"

extern "C" hv::vm::ExitCount* handle_guest_trap(uint64_t scause);

namespace {

/// Read again where it is needed again: that is rare, and to keep it would cost every access.
[[gnu::always_inline]] inline hv::GuestPhysAddr address_of_fault()
{
    using hv::arch::read_csr;
    using hv::isa::Csr;
    return hv::isa::guest_physical_address(read_csr<Csr::htval>(), read_csr<Csr::stval>());
}

}  // namespace

/// Called by guest_trap_entry for what handle_guest_access() has left. Gives back where the exit is to be counted
/// once it is done; nullptr where it takes handle_guest_exit() and all registers. Then nothing has happened yet,
/// or, for an interrupt, all but that the guest is to be paused or left.
hv::vm::ExitCount* handle_guest_trap(uint64_t scause)
{
    using namespace hv;
    using namespace hv::arch;
    GuestFrame& frame = this_hart().guest;
    const vm::ExitCause cause = vm::exit_cause_of(isa::Scause{scause});
    vm::ExitCount* const count = &frame.counts.of[static_cast<size_t>(cause)];
    if (static_cast<int64_t>(scause) < 0) {
        return serve_interrupts(*frame.vcpu) ? count : nullptr;
    }
    if (cause != vm::ExitCause::load_fault && cause != vm::ExitCause::store_fault) {
        return nullptr;
    }
    const isa::Htinst htinst = isa::decode_htinst(read_csr<isa::Csr::htinst>());
    const bool in_frame = (GuestFrame::saved_for_calls >> htinst.access.reg() & 1) != 0;
    if (htinst.kind != isa::Htinst::Kind::access || !in_frame) {
        return nullptr;
    }
    if (!access_device(frame, address_of_fault(), htinst.access) &&
        !access_doorbell(address_of_fault(), htinst.access)) {
        return nullptr;
    }
    write_csr<isa::Csr::sepc>(read_csr<isa::Csr::sepc>() + htinst.access.length());
    return count;
}

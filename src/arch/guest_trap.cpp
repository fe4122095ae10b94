// The fast path of all exits but SBI calls: a leaf for registers of devices that are quickly read and written, and
// what takes a call.
#include <cstdint>

#include <hv/arch/guest.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/htinst.hpp>
#include <hv/isa/instruction.hpp>

#include "guest_device.hpp"

extern "C" hv::vm::ExitCount* handle_guest_trap(uint64_t scause, uint64_t sepc, uint64_t stval);

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Exception;
using isa::MemoryAccess;
using vm::ExitCause;

vm::ExitCount* count_of(GuestFrame& frame, ExitCause cause)
{
    return &frame.counts.of[static_cast<size_t>(cause)];
}

/// Interrupts of this hart's own, and devices where something is set off. All in here is a call: out of line, so
/// that the leaf needs no frame.
[[gnu::noinline]] vm::ExitCount* handle_with_calls(uint64_t scause, uint64_t sepc)
{
    GuestFrame& frame = this_hart().guest;
    const ExitCause cause = vm::exit_cause_of(isa::Scause{scause});
    if (static_cast<int64_t>(scause) < 0) {
        serve_interrupts(*frame.vcpu);
        return count_of(frame, cause);
    }
    if (cause != ExitCause::load_fault && cause != ExitCause::store_fault) {
        return nullptr;
    }
    const isa::Htinst htinst = isa::decode_htinst(read_csr<Csr::htinst>());
    if (htinst.kind != isa::Htinst::Kind::access || !is_in_frame(htinst.access.reg())) {
        return nullptr;
    }
    const GuestPhysAddr address = isa::guest_physical_address(read_csr<Csr::htval>(), read_csr<Csr::stval>());
    if (!access_device(frame, address, htinst.access)) {
        return nullptr;
    }
    write_csr<Csr::sepc>(sepc + htinst.access.length());
    return count_of(frame, cause);
}

/// The load or store that htinst or, where that is 0, the instruction is. Its word is 0 where neither says.
template <bool is_store>
[[gnu::always_inline]] inline MemoryAccess quick_access(uint64_t sepc)
{
    const uint64_t htinst = read_csr<Csr::htinst>();
    if (htinst != 0) [[likely]] {
        return is_store ? isa::store_of_htinst(htinst) : isa::load_of_htinst(htinst);
    }
    const MemoryAccess access = isa::decode_access(fetch_quickly(sepc)).value_or(MemoryAccess{});
    return access.is_store() == is_store ? access : MemoryAccess{};
}

/// Does the access, where a device answers it with nothing set off.
[[gnu::always_inline]] inline bool load_quickly(GuestFrame& frame, GuestPhysAddr address, MemoryAccess access)
{
    const dev::Place place = dev::place_of(address);
    std::optional<uint64_t> value;
    if (place.device == dev::Device::serial_port) {
        value = frame.guest->serial_port().peek(place.offset, access.size());
    } else if (place.device == dev::Device::plic) {
        value = frame.guest->plic().peek(place.offset, access.size());
    }
    if (!value) {
        return false;
    }
    frame.slots[access.reg()] = *value;
    return true;
}

[[gnu::always_inline]] inline bool store_quickly(GuestFrame& frame, GuestPhysAddr address, MemoryAccess access)
{
    const uint64_t offset = address - dev::serial_port_window.start;
    return frame.guest->serial_port().put(offset, access.size(), frame.slots[access.reg()]);
}

template <bool is_store>
[[gnu::always_inline]] inline vm::ExitCount* handle_access(uint64_t scause, uint64_t sepc, uint64_t stval)
{
    GuestFrame& frame = this_hart().guest;
    const MemoryAccess access = quick_access<is_store>(sepc);
    const GuestPhysAddr address = isa::guest_physical_address(read_csr<Csr::htval>(), stval);
    if (access.is_none() || !is_in_frame(access.reg()) ||
        !(is_store ? store_quickly(frame, address, access) : load_quickly(frame, address, access))) [[unlikely]] {
        return handle_with_calls(scause, sepc);
    }
    write_csr<Csr::sepc>(sepc + access.length());
    return count_of(frame, is_store ? ExitCause::store_fault : ExitCause::load_fault);
}

}  // namespace
}  // namespace hv::arch

/// Called by guest_trap_entry. Gives back where the exit is to be counted once it is done; nullptr, and nothing has
/// happened, where it takes handle_guest_exit() and all registers.
hv::vm::ExitCount* handle_guest_trap(uint64_t scause, uint64_t sepc, uint64_t stval)
{
    using namespace hv::arch;
    if (scause == static_cast<uint64_t>(hv::isa::Exception::load_guest_page_fault)) {
        return handle_access<false>(scause, sepc, stval);
    }
    if (scause == static_cast<uint64_t>(hv::isa::Exception::store_guest_page_fault)) {
        return handle_access<true>(scause, sepc, stval);
    }
    return handle_with_calls(scause, sepc);
}

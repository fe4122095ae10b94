// The fastest path of exits that are no SBI calls: registers of devices that set nothing off, and the timer.
//
// Compiled so that it uses no more registers than guest_trap_entry has saved, no stack, and calls nothing that is
// not such a leaf itself: tests/lint looks. A guest's registers that are not in the frame are therefore still in
// the hart.
#include <cstdint>

#include <hv/arch/guest.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/quick_access.hpp>

#include "guest_fetch.hpp"

extern "C" {
hv::vm::ExitCount* handle_guest_access(uint64_t scause, uint64_t sepc, uint64_t stval);
/// Puts `value` into x`reg`, any of them, and gives `count` back. In guest_trap.S, as the next.
hv::vm::ExitCount* set_guest_register(hv::vm::ExitCount* count, uint64_t value, uint64_t reg);
/// store_serial_data(next_pc, x`reg`).
hv::vm::ExitCount* store_guest_register(uint64_t next_pc, uint64_t unused, uint64_t reg);
hv::vm::ExitCount* store_serial_data(uint64_t next_pc, uint64_t value);
}

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Exception;
using isa::MemoryAccess;
using vm::ExitCause;

[[gnu::always_inline]] inline vm::ExitCount* count_of(GuestFrame& frame, ExitCause cause)
{
    return &frame.counts.of[static_cast<size_t>(cause)];
}

/// a0 to a7: what compilers load into and store from, nearly always, and what is in the frame.
[[gnu::always_inline]] inline bool is_argument_register(uint64_t reg)
{
    return reg - 10 < 8;
}

/// The load that htinst or, where that is 0, the instruction is. None where neither says so quickly.
[[gnu::always_inline]] inline MemoryAccess find_load(const ExitFacts& exit)
{
    const uint64_t htinst = read_csr<Csr::htinst>();
    if (htinst != 0) [[likely]] {
        return isa::quick_load_of_htinst(htinst);
    }
    if (exit.stval % 4096 == 0) [[unlikely]] {
        // It may have begun on the page before, which takes a register of the guest's to tell.
        return {};
    }
    return isa::quick_load_of_instruction(fetch_quickly(exit));
}

/// The same for a store of a byte.
[[gnu::always_inline]] inline isa::ByteStore find_byte_store(const ExitFacts& exit)
{
    const uint64_t htinst = read_csr<Csr::htinst>();
    if (htinst != 0) [[likely]] {
        return isa::quick_byte_store_of_htinst(htinst);
    }
    return isa::quick_byte_store_of_instruction(fetch_quickly(exit));
}

[[gnu::always_inline]] inline vm::ExitCount* handle_load(GuestFrame& frame, const ExitFacts& exit)
{
    const MemoryAccess access = find_load(exit);
    if (access.is_none()) [[unlikely]] {
        return nullptr;
    }
    const dev::Place place = dev::place_of(isa::guest_physical_address(exit.htval, exit.stval));
    std::optional<uint64_t> value;
    if (place.device == dev::Device::serial_port) {
        value = frame.guest->serial_port().peek(place.offset, access.size_log2());
    } else if (place.device == dev::Device::plic) {
        value = frame.guest->plic().peek(place.offset, access.size_log2());
    }
    if (!value) {
        return nullptr;
    }
    write_csr<Csr::sepc>(exit.sepc + access.length());
    vm::ExitCount* const count = count_of(frame, ExitCause::load_fault);
    if (!is_argument_register(access.reg())) [[unlikely]] {
        return set_guest_register(count, *value, access.reg());
    }
    frame.slots[access.reg()] = *value;
    return count;
}

/// A byte for the UART. nullptr, and nothing has happened, where the console has no room.
[[gnu::always_inline]] inline vm::ExitCount* put_serial_data(GuestFrame& frame, uint64_t next_pc, uint64_t value)
{
    if (!frame.guest->wires().console.try_put_quickly(value, frame.given)) [[unlikely]] {
        return nullptr;
    }
    write_csr<Csr::sepc>(next_pc);
    return count_of(frame, ExitCause::store_fault);
}

[[gnu::always_inline]] inline vm::ExitCount* handle_store(GuestFrame& frame, const ExitFacts& exit)
{
    const isa::ByteStore store = find_byte_store(exit);
    if (store.length == 0) [[unlikely]] {
        return nullptr;
    }
    const GuestPhysAddr address = isa::guest_physical_address(exit.htval, exit.stval);
    const uint64_t offset = address - dev::serial_port_window.start;
    if (!frame.guest->serial_port().takes_plainly(offset, 0)) [[unlikely]] {
        return nullptr;
    }
    const uint64_t next_pc = exit.sepc + store.length;
    if (!is_argument_register(store.reg)) [[unlikely]] {
        return store_guest_register(next_pc, 0, store.reg);
    }
    return put_serial_data(frame, next_pc, frame.slots[store.reg]);
}

/// Our timer was due, where guests have none of their own.
[[gnu::always_inline]] inline vm::ExitCount* handle_timer(GuestFrame& frame)
{
    guest_timer_due();
    return count_of(frame, ExitCause::timer_interrupt);
}

}  // namespace
}  // namespace hv::arch

/// Called by store_guest_register() for a register that is not in the frame.
hv::vm::ExitCount* store_serial_data(uint64_t next_pc, uint64_t value)
{
    return hv::arch::put_serial_data(hv::arch::this_hart().guest, next_pc, value);
}

/// Called by guest_trap_entry. Gives back where the exit is to be counted once it is done; nullptr, and nothing has
/// happened, where it takes handle_guest_trap().
hv::vm::ExitCount* handle_guest_access(uint64_t scause, uint64_t sepc, uint64_t stval)
{
    using namespace hv;
    using namespace hv::arch;
    using isa::Csr;
    GuestFrame& frame = this_hart().guest;
    if (scause == static_cast<uint64_t>(isa::Exception::load_guest_page_fault)) {
        return handle_load(frame, {scause, sepc, stval, read_csr<Csr::htval>()});
    }
    if (scause == static_cast<uint64_t>(isa::Exception::store_guest_page_fault)) {
        return handle_store(frame, {scause, sepc, stval, read_csr<Csr::htval>()});
    }
    if (scause == frame.timer_cause) {
        return handle_timer(frame);
    }
    return nullptr;
}

// The fast path of SBI calls: those that guests make all the time, answered with ten registers saved.
#include <cstdint>

#include <hv/vm/sbi_hot_call.hpp>

#include "guest_sbi.hpp"

/// For guest_trap.S, in a0 and a1: 0, and what a1 of the guest becomes, which has 0 in a0 as well; or 1, and the
/// call is not done. As one number: for a structure GCC 12 makes room on the stack.
__extension__ typedef unsigned __int128 GuestCallResult;

extern "C" GuestCallResult handle_guest_call(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                                             uint64_t a5, uint64_t a6, uint64_t a7);

/// Called by guest_trap_entry with a0 to a7 as the guest has them. A call that is not of the easy ones is left to
/// handle_guest_exit(), with a0 and a1 in the frame.
///
/// Compiled so that it uses no more registers than guest_trap_entry has saved, and calls nothing: tests/lint looks.
GuestCallResult handle_guest_call(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t /*a5*/,
                                  uint64_t a6, uint64_t a7)
{
    using namespace hv;
    arch::GuestFrame& frame = arch::this_hart().guest;
    arch::GuestSbi host{frame};
    uint64_t error = a0;
    uint64_t value = a1;
    if (vm::handle_hot_call(host, error, value, a2, a3, a4, a6, a7)) [[likely]] {
        static_assert(static_cast<uint64_t>(isa::sbi::Error::success) == 0);
        return static_cast<GuestCallResult>(value) << 64;
    }
    frame.set_x(10, a0);
    frame.set_x(11, a1);
    return 1;
}

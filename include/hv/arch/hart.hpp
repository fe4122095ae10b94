// The record of one hart: what tp points to for as long as the hypervisor runs on it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <hv/arch/guest_frame.hpp>
#include <hv/arch/offsets.h>
#include <hv/lib/address.hpp>
#include <hv/vm/placement.hpp>

namespace hv::arch {

/// Harts have distinct bits in a SpinLock's 32-bit word, so there are at most 32.
inline constexpr uint32_t max_harts = vm::MachineRequest::max_harts;
static_assert(max_harts <= 32);

/// Shared with start.S, trap.S and guest_trap.S. Made once for each hart, and never moved.
struct HartRecord {
    uint32_t bit = 0;    ///< 1 << index
    uint32_t index = 0;  ///< 0 for the boot hart, then in the order of the device tree
    uint64_t id = 0;     ///< the specification's hart id; any number
    std::byte* stack_top = nullptr;
    std::byte* trap_stack_bottom = nullptr;
    std::byte* trap_stack_limit = nullptr;  ///< a frame below this address means that traps nest without end
    std::byte* trap_stack_top = nullptr;
    uint64_t scratch[2] = {};    ///< trap_entry's, for the instructions before it has a stack
    HartRecord* next = nullptr;  ///< in hart_list

    std::byte* stack_bottom = nullptr;
    uint32_t panic_depth = 0;  ///< panics under way on this hart
    void (*entry)(HartRecord&) = nullptr;
    std::atomic<uint32_t> online = 0;  ///< it has reached C++
    /// [aclint] SETSSIP: a 1 stored here interrupts this hart. Null where only the firmware can.
    volatile uint32_t* setssip = nullptr;

    alignas(HV_HART_GUEST) GuestFrame guest{};
};

static_assert(offsetof(HartRecord, bit) == HV_HART_BIT);
static_assert(offsetof(HartRecord, id) == HV_HART_ID);
static_assert(offsetof(HartRecord, stack_top) == HV_HART_STACK_TOP);
static_assert(offsetof(HartRecord, trap_stack_bottom) == HV_HART_TRAP_STACK_BOTTOM);
static_assert(offsetof(HartRecord, trap_stack_limit) == HV_HART_TRAP_STACK_LIMIT);
static_assert(offsetof(HartRecord, trap_stack_top) == HV_HART_TRAP_STACK_TOP);
static_assert(offsetof(HartRecord, scratch) == HV_HART_SCRATCH);
static_assert(offsetof(HartRecord, next) == HV_HART_NEXT);
static_assert(offsetof(HartRecord, guest) == HV_HART_GUEST);

/// The record of the hart that runs this.
[[nodiscard]] inline HartRecord& this_hart()
{
    HartRecord* record = nullptr;
    asm("mv %0, tp" : "=r"(record));
    return *record;
}

/// Waits for an interrupt, for ever: a hart with nothing more to do.
[[noreturn]] void park();

}  // namespace hv::arch

extern "C" {
extern constinit hv::arch::HartRecord boot_hart;
/// The harts that were made, but for the boot hart: where a hart that came in by the wrong door finds its record.
extern constinit hv::arch::HartRecord* hart_list;
}

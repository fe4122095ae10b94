// What a hart keeps of the guest that it runs, where the trap path finds it: registers, exit counts, the exit ring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <hv/arch/offsets.h>
#include <hv/vm/exit_log.hpp>

namespace hv::arch {

class Guest;
struct Vcpu;

/// Part of each HartRecord, and so shared with guest_trap.S. handle_guest_exit() finds all registers here,
/// handle_guest_trap() those in `saved_for_calls`, and the leaves before them fewer; the rest is still in the
/// hart's.
struct GuestFrame {
    /// By register number; x0 does not need its slot, and the pc is there: see x(), set_x() and pc().
    std::array<uint64_t, 32> slots{};
    uint64_t entry_instret = 0;             ///< what instret was soon after the exit
    vm::ExitRecord* next_record = nullptr;  ///< in `ring`
    vm::ExitCounts counts{};
    Vcpu* vcpu = nullptr;                                                  ///< nullptr on a hart that runs no guest
    const std::array<vm::ExitRecord, vm::exit_ring_size>* ring = nullptr;  ///< aligned as vm::ExitRing
    Guest* guest = nullptr;                                                ///< the vCPU's
    uint64_t hart_id = 0;                                                  ///< the guest's: the vCPU's index
    /// What the guest's timer is: vstimecmp; the hart's own; or that, which a watchdog uses as well.
    int64_t timer = 0;
    static constexpr int64_t guests_own_timer = 1;
    static constexpr int64_t harts_timer = 0;
    static constexpr int64_t shared_timer = -1;
    /// The scause of an interrupt that is the guest's timer, and nothing else; `no_cause` where there is none such.
    uint64_t timer_cause = no_cause;
    static constexpr uint64_t no_cause = UINT64_MAX;
    /// What ConsoleWire::direct became with the last byte that this hart has given to the device.
    uintptr_t given = 0;

    /// ra, sp, tp, t0 to t6 and a0 to a7.
    static constexpr uint32_t saved_for_calls = 0xf003'fcf6;

    /// sepc has it on the fast path, and not this.
    [[nodiscard]] uint64_t pc() const { return slots[0]; }
    void set_pc(uint64_t pc) { slots[0] = pc; }
    /// x0 reads as 0, and keeps what is written to it to itself.
    [[nodiscard]] uint64_t x(unsigned number) const { return number == 0 ? 0 : slots[number]; }
    void set_x(unsigned number, uint64_t value)
    {
        if (number != 0) {
            slots[number] = value;
        }
    }
    [[nodiscard]] std::span<const uint64_t, 31> x1_to_x31() const { return std::span{slots}.last<31>(); }
};

static_assert(HV_HART_GUEST + offsetof(GuestFrame, slots) == HV_GUEST_X(0) && HV_GUEST_X(0) == HV_GUEST_PC);
static_assert(HV_HART_GUEST + offsetof(GuestFrame, entry_instret) == HV_GUEST_ENTRY_INSTRET);
static_assert(HV_HART_GUEST + offsetof(GuestFrame, next_record) == HV_GUEST_NEXT_RECORD);
static_assert(HV_HART_GUEST + offsetof(GuestFrame, counts) == HV_GUEST_SBI_CALLS);
static_assert(static_cast<unsigned>(vm::ExitCause::sbi_call) == 0);
static_assert(offsetof(vm::ExitCount, count) == HV_EXIT_COUNT);
static_assert(offsetof(vm::ExitCount, instructions) == HV_EXIT_INSTRUCTIONS);
static_assert(offsetof(vm::ExitCount, worst) == HV_EXIT_WORST);
static_assert(offsetof(vm::ExitRecord, pc) == HV_RECORD_PC && offsetof(vm::ExitRecord, scause) == HV_RECORD_SCAUSE);
static_assert(offsetof(vm::ExitRecord, instret) == HV_RECORD_INSTRET);
static_assert(offsetof(vm::ExitRecord, detail) == HV_RECORD_DETAIL && sizeof(vm::ExitRecord) == HV_RECORD_SIZE);
static_assert(vm::exit_ring_size * HV_RECORD_SIZE == HV_RECORD_RING_SIZE);
static_assert(alignof(vm::ExitRing) == 2 * HV_RECORD_RING_SIZE);

}  // namespace hv::arch

// Traps that the hypervisor takes itself, in HS-mode: interrupts it asked for, fix-ups, and bugs.
#pragma once

#include <cstddef>
#include <cstdint>

#include <hv/arch/offsets.h>
#include <hv/isa/cause.hpp>

namespace hv::arch {

/// The interrupted registers, as trap_entry saves them on the trap stack.
struct TrapFrame {
    uint64_t sepc = 0;  ///< in the slot that x0 does not need
    uint64_t x1_to_x31[31] = {};
    uint64_t scause = 0;
    uint64_t stval = 0;
    uint64_t sstatus = 0;
    uint64_t padding = 0;  ///< the stack pointer stays 16-byte aligned

    [[nodiscard]] uint64_t ra() const { return x1_to_x31[0]; }
    [[nodiscard]] uint64_t frame_pointer() const { return x1_to_x31[7]; }
};

static_assert(offsetof(TrapFrame, sepc) == HV_FRAME_SEPC);
static_assert(offsetof(TrapFrame, x1_to_x31) == HV_FRAME_X(1));
static_assert(offsetof(TrapFrame, scause) == HV_FRAME_SCAUSE);
static_assert(offsetof(TrapFrame, stval) == HV_FRAME_STVAL);
static_assert(offsetof(TrapFrame, sstatus) == HV_FRAME_SSTATUS);
static_assert(sizeof(TrapFrame) == HV_FRAME_SIZE);

/// Called on the trap stack with interrupts off.
using InterruptHandler = void (*)();

/// From now on `handler` takes this interrupt on every hart; nullptr makes it unexpected again, and so a panic.
void set_interrupt_handler(isa::Interrupt interrupt, InterruptHandler handler);

/// Calls it, for whoever takes the interrupt otherwise than by a trap in HS-mode. False where there is none.
bool call_interrupt_handler(isa::Interrupt interrupt);

}  // namespace hv::arch

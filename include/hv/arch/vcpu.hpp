// One hart of a guest: its registers while it does not run, and what its exits need at hand.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <hv/arch/offsets.h>
#include <hv/lib/address.hpp>
#include <hv/vm/sbi_counters.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::arch {

class Guest;
struct HartRecord;

/// Shared with guest_trap.S. A vCPU runs on one hart, for life, so that its VS CSRs stay in that hart.
struct Vcpu {
    uint64_t pc = 0;  ///< in the slot that x0 does not need
    uint64_t x1_to_x31[31] = {};
    std::byte* host_stack = nullptr;  ///< where the hypervisor's stack starts at every exit
    HartRecord* hart = nullptr;       ///< that runs it
    Guest* guest = nullptr;
    uint64_t index = 0;  ///< the guest's hart id

    vm::PmuCounters counters{true};
    vm::FeatureLocks feature_locks{};
    /// An IPI of another vCPU, for the hart to take note of when it is interrupted.
    std::atomic<uint32_t> ipi_pending = 0;

    /// x0 reads as 0, and keeps what is written to it to itself.
    [[nodiscard]] uint64_t x(unsigned number) const { return number == 0 ? 0 : x1_to_x31[number - 1]; }
    void set_x(unsigned number, uint64_t value)
    {
        if (number != 0) {
            x1_to_x31[number - 1] = value;
        }
    }
};

static_assert(offsetof(Vcpu, pc) == HV_VCPU_PC);
static_assert(offsetof(Vcpu, x1_to_x31) == HV_VCPU_X(1));
static_assert(offsetof(Vcpu, host_stack) == HV_VCPU_HOST_STACK);
static_assert(offsetof(Vcpu, hart) == HV_VCPU_HART);

}  // namespace hv::arch

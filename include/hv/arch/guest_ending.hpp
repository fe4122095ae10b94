// How a guest's run can end, and what is then known of its vCPUs.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/isa/registers.hpp>
#include <hv/lib/address.hpp>
#include <hv/vm/post_mortem.hpp>

namespace hv::arch {

struct Vcpu;

/// How a vCPU stood when its guest had to be stopped: for the report, which is made once all of them have left.
struct FaultFacts {
    const Vcpu* vcpu = nullptr;
    vm::StopReason reason{};
    isa::Scause scause{};
    uint64_t stval = 0;
    std::optional<GuestPhysAddr> physical{};
    bool user = false;
    vm::VsCsrs csrs{};
};

/// How a guest's run has ended.
enum class GuestEnding : uint32_t {
    none,              ///< it runs
    shutdown,          ///< it asked for that
    reboot,            ///< it asked for that: it starts again
    failure,           ///< it said that it has failed, or was stopped
    operator_stop,     ///< somebody at the console wants it to be over
    operator_restart,  ///< somebody at the console wants it to start again
};

/// What a guest does, for people.
enum class GuestState : uint8_t {
    running,
    paused,  ///< by pause()
    ending,  ///< its vCPUs leave it, or it waits to be started again
    ended,   ///< its memory is as it has left it
};

}  // namespace hv::arch

// What is known of a vCPU when it leaves its guest, and what a guest does, for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <hv/isa/registers.hpp>
#include <hv/lib/address.hpp>
#include <hv/vm/fault_policy.hpp>
#include <hv/vm/post_mortem.hpp>

namespace hv::arch {

struct GuestFrame;

using vm::GuestEnding;

/// How a vCPU stood when it left its guest, as its hart's CSRs tell: for the report, which is made once all have
/// left.
struct LeavingFacts {
    isa::Scause scause{};
    uint64_t stval = 0;
    std::optional<GuestPhysAddr> physical{};
    bool user = false;
    vm::VsCsrs csrs{};
};

/// On the hart that runs the vCPU, before anything else traps there.
[[nodiscard]] LeavingFacts facts_of_leaving();

enum class GuestState : uint8_t {
    running,
    paused,  ///< by Guest::pause()
    ending,  ///< its vCPUs leave it, or it waits to be started again
    ended,   ///< its memory is as it has left it
};
[[nodiscard]] std::string_view name_of(GuestState state);

}  // namespace hv::arch

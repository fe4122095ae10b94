// Other harts: starting them, and waiting for them.
#pragma once

#include <array>
#include <cstdint>

#include "support.hpp"

namespace guest {

inline constexpr uint64_t max_harts = 8;

using HartFunction = void (*)(uint64_t argument);

/// What start_hart (start.S) is given in a1, with a stack for the hart.
struct HartStart {
    std::array<uint64_t, 32> first{};  ///< x1 to x31 as they were at the hart's first instruction
    uint64_t stack_top = 0;
    HartFunction function = nullptr;
    uint64_t argument = 0;
};

/// The record of `hart`, with its own stack, and the address that it is to start at.
HartStart& start_record(uint64_t hart, HartFunction function, uint64_t argument = 0);
[[nodiscard]] uint64_t start_address();

/// Starts it, which must succeed. When `function` returns, the hart stops itself.
void start_hart(uint64_t hart, HartFunction function, uint64_t argument = 0);
/// Starts all but this one.
void start_other_harts(HartFunction function, uint64_t argument = 0);

[[nodiscard]] sbi::HartStatus status_of(uint64_t hart);
/// Prints FAIL where that does not come about in 10 s.
void wait_for_status(uint64_t hart, sbi::HartStatus status);
void wait_for_others_to_stop();
[[noreturn]] void stop_this_hart();

/// SBI send_ipi to one hart, which must succeed.
void send_ipi(uint64_t hart);

}  // namespace guest

// What the hypervisor says when it cannot go on: a panic for a bug of ours, a refusal for a machine it cannot run
// on.
#pragma once

#include <hv/arch/trap.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/panic.hpp>

namespace hv::arch {

/// An exception in our own code that no fix-up expected. Reports what it means, the trap's CSRs and a backtrace
/// from where it happened.
[[noreturn]] void panic_on_trap(const TrapFrame& frame);

/// Does some hart report a panic, and will end the machine?
[[nodiscard]] bool is_panic_under_way();

/// Says `cannot boot: ` and `format`, and ends the machine as failed. For what is wrong with the machine or the way
/// we were loaded, before any guest runs: not a bug of ours, so no place and no backtrace.
[[noreturn]] void refuse_to_boot_with(std::string_view format, FormatArgs args);

template <typename... Args>
[[noreturn]] void refuse_to_boot(FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    refuse_to_boot_with(format.text(), FormatArgStore<Args...>{args...}.view());
}

}  // namespace hv::arch

// The calls that we make to the firmware. [sbi] throughout.
#pragma once

#include <cstdint>
#include <string_view>

#include <hv/isa/sbi.hpp>
#include <hv/lib/address.hpp>

namespace hv::arch::sbi {

struct Result {
    isa::sbi::Error error = isa::sbi::Error::success;
    uint64_t value = 0;
};

/// Base: is the extension there? False also where the firmware is older than the Base extension.
[[nodiscard]] bool probe(isa::sbi::Extension extension);

/// HSM: starts hart `hart_id` in S-mode at `start` with a0 = hart_id and a1 = `opaque`.
[[nodiscard]] Result hart_start(uint64_t hart_id, PhysAddr start, uint64_t opaque);

/// SRST shutdown with reason "no reason" or "system failure", then the legacy call. Returns only where both failed.
void system_shutdown(bool failure);

/// TIME: a timer interrupt when `time` reaches `deadline` ticks.
void set_timer(uint64_t deadline);

/// DBCN: writes to the firmware's console. What it does not take after many tries is dropped.
/// `text` lies in our own memory.
void debug_console_write(std::string_view text);

/// Legacy console_putchar, for firmware without DBCN.
void legacy_console_putchar(char character);

}  // namespace hv::arch::sbi

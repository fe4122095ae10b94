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

/// [sbi] Binary Encoding: a7 extension, a6 function; error in a0, value in a1; all other registers are kept.
template <typename Function>
[[gnu::always_inline]] inline Result call(isa::sbi::Extension extension, Function function, uint64_t arg0 = 0,
                                          uint64_t arg1 = 0, uint64_t arg2 = 0)
{
    register uint64_t a0 asm("a0") = arg0;
    register uint64_t a1 asm("a1") = arg1;
    register uint64_t a2 asm("a2") = arg2;
    register uint64_t a6 asm("a6") = static_cast<uint64_t>(function);
    register uint64_t a7 asm("a7") = static_cast<uint64_t>(extension);
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<isa::sbi::Error>(a0), a1};
}

/// Base: is the extension there? False also where the firmware is older than the Base extension.
[[nodiscard]] bool probe(isa::sbi::Extension extension);

/// HSM: starts hart `hart_id` in S-mode at `start` with a0 = hart_id and a1 = `opaque`.
[[nodiscard]] Result hart_start(uint64_t hart_id, PhysAddr start, uint64_t opaque);

/// SRST shutdown with reason "no reason" or "system failure", then the legacy call. Returns only where both failed.
void system_shutdown(bool failure);

/// TIME: a timer interrupt when `time` reaches `deadline` ticks.
[[gnu::always_inline]] inline void set_timer(uint64_t deadline)
{
    call(isa::sbi::Extension::timer, isa::sbi::Timer::set_timer, deadline);
}

/// IPI: interrupts the harts `hart_mask_base` + n for each bit n of the mask.
void send_ipi(uint64_t hart_mask, uint64_t hart_mask_base);

/// DBCN: writes to the firmware's console. What it does not take after many tries is dropped.
/// `text` lies in our own memory.
void debug_console_write(std::string_view text);

/// Legacy console_putchar, for firmware without DBCN.
void legacy_console_putchar(char character);

}  // namespace hv::arch::sbi

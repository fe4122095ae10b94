// What every test guest has: a verdict on the serial line, SBI calls, CSRs, time and interrupt handlers.
//
// A scenario is a file tests/guests/NAME.cpp that defines guest::scenario(); its first lines tell the harness how
// it runs, see test_guests.py. It is entered in VS-mode, satp = 0, interrupts off, on the boot hart.
#pragma once

#include <cstdint>
#include <string_view>

#include <hv/isa/cause.hpp>
#include <hv/isa/csr.hpp>
#include <hv/isa/registers.hpp>
#include <hv/isa/sbi.hpp>
#include <hv/lib/format.hpp>

/// Reads, writes, sets or clears a CSR by the assembler's name for it.
#define GUEST_CSR_READ(csr)                                                                                        \
    ([] {                                                                                                          \
        uint64_t guest_csr_value = 0;                                                                              \
        asm volatile("csrr %0, " #csr : "=r"(guest_csr_value) : : "memory");                                       \
        return guest_csr_value;                                                                                    \
    }())
#define GUEST_CSR_WRITE(csr, value) asm volatile("csrw " #csr ", %0" : : "r"(uint64_t{value}) : "memory")
#define GUEST_CSR_SET(csr, bits)    asm volatile("csrs " #csr ", %0" : : "r"(uint64_t{bits}) : "memory")
#define GUEST_CSR_CLEAR(csr, bits)  asm volatile("csrc " #csr ", %0" : : "r"(uint64_t{bits}) : "memory")

namespace guest {

using hv::isa::Csr;
using hv::isa::Exception;
using hv::isa::Interrupt;
using hv::isa::Sstatus;
namespace sbi = hv::isa::sbi;

/// For CSRs whose names an assembler may not know.
template <hv::isa::Csr csr>
uint64_t read_csr()
{
    uint64_t value = 0;
    asm volatile("csrr %0, %1" : "=r"(value) : "i"(static_cast<unsigned>(csr)) : "memory");
    return value;
}
template <hv::isa::Csr csr>
void write_csr(uint64_t value)
{
    asm volatile("csrw %0, %1" : : "i"(static_cast<unsigned>(csr)), "r"(value) : "memory");
}

/// What the file of a scenario defines.
void scenario();

// --- the verdict ------------------------------------------------------------------------------------------------

/// The serial line, polled.
hv::Sink& console();

/// Begins a line of its own: for what the harness is to expect.
template <typename... Args>
void say(hv::FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    hv::println(console(), format, args...);
}

/// What is being tried: stands in the lines of the expectations that fail from here on.
void trying(std::string_view what, uint64_t number = 0);

/// Prints "FAIL file:line: got X, expected Y" unless they are the same; after 40 such lines the guest ends.
bool expect_equal(uint64_t got, uint64_t expected, const char* file = __builtin_FILE(),
                  unsigned line = __builtin_LINE());
/// Prints "FAIL file:line: what" unless it holds.
bool expect(bool holds, std::string_view what = "is false", const char* file = __builtin_FILE(),
            unsigned line = __builtin_LINE());

/// Prints "PASS name" where nothing failed, and shuts down: with the reason system_failure where something did.
[[noreturn]] void done();

// --- the SBI ----------------------------------------------------------------------------------------------------

struct SbiResult {
    int64_t error = 0;
    uint64_t value = 0;

    [[nodiscard]] bool is(sbi::Error wanted) const { return error == static_cast<int64_t>(wanted); }
};

/// By number, so that wrong ones can be tried.
SbiResult sbi_call_raw(uint64_t extension, uint64_t function, uint64_t a0 = 0, uint64_t a1 = 0, uint64_t a2 = 0,
                       uint64_t a3 = 0, uint64_t a4 = 0, uint64_t a5 = 0);

template <typename Function>
SbiResult sbi_call(sbi::Extension extension, Function function, uint64_t a0 = 0, uint64_t a1 = 0, uint64_t a2 = 0,
                   uint64_t a3 = 0, uint64_t a4 = 0)
{
    return sbi_call_raw(static_cast<uint64_t>(extension), static_cast<uint64_t>(function), a0, a1, a2, a3, a4);
}

/// Prints FAIL unless the call's error is that.
inline bool expect_error(SbiResult got, sbi::Error expected, const char* file = __builtin_FILE(),
                         unsigned line = __builtin_LINE())
{
    return expect_equal(static_cast<uint64_t>(got.error), static_cast<uint64_t>(expected), file, line);
}

/// Does probe_extension say that it is there?
bool is_offered(uint64_t extension);
inline bool is_offered(sbi::Extension extension)
{
    return is_offered(static_cast<uint64_t>(extension));
}

/// True where the SBI is Bulkhead's, false natively on OpenSBI: for the few expectations that no firmware meets.
bool on_bulkhead();

// --- interrupts, time -------------------------------------------------------------------------------------------

using Handler = void (*)();

/// What trap_entry calls for an interrupt, on any hart. Any other trap there is a failure that ends the guest.
void on_interrupt(Interrupt interrupt, Handler handler);

/// The bit of sie and sip.
constexpr uint64_t bit(Interrupt interrupt)
{
    return uint64_t{1} << static_cast<unsigned>(interrupt);
}

inline void enable_interrupts()
{
    GUEST_CSR_SET(sstatus, Sstatus::sie.mask);
}
inline void disable_interrupts()
{
    GUEST_CSR_CLEAR(sstatus, Sstatus::sie.mask);
}

inline uint64_t now()
{
    return GUEST_CSR_READ(time);
}

/// Ticks of `time`: QEMU's virt has 10 MHz, and so have its guests.
inline constexpr uint64_t ticks_per_ms = 10'000;

/// TIME where it is offered.
void set_timer(uint64_t due);

inline void wait_for_interrupt()
{
    asm volatile("wfi" : : : "memory");
}

/// Waits until `condition()` holds, at most `ms` milliseconds; says whether it did.
template <typename Condition>
bool eventually(Condition condition, uint64_t ms = 10'000)
{
    const uint64_t end = now() + ms * ticks_per_ms;
    while (!condition()) {
        if (now() > end) {
            return condition();
        }
    }
    return true;
}

/// For loops that wait for another hart: sleeps for 10 microseconds now and then, so that this hart does not take
/// the host's time from the other. Uses the timer, which must be unused, and leaves it off.
void relax();

/// As eventually(), for what another hart does.
template <typename Condition>
bool eventually_elsewhere(Condition condition, uint64_t ms = 60'000)
{
    return eventually(
        [&] {
            relax();
            return condition();
        },
        ms);
}

/// As `a0` of the boot hart said, and this hart's.
uint64_t boot_hart();
inline uint64_t this_hart()
{
    uint64_t hart = 0;
    asm volatile("mv %0, tp" : "=r"(hart));
    return hart;
}

/// x1 to x31 as they were at the guest's first instruction.
uint64_t first_register(unsigned n);

}  // namespace guest

// Why a hart trapped: exception and interrupt codes, and the specification's words for them.
#pragma once

#include <cstdint>
#include <string_view>

#include <hv/isa/registers.hpp>

namespace hv::isa {

/// [priv] Machine: mcause, "Exception Code" with Interrupt = 0; 20 to 23 from [priv] Hypervisor: Trap Cause Codes.
enum class Exception : uint8_t {
    instruction_address_misaligned = 0,
    instruction_access_fault = 1,
    illegal_instruction = 2,
    breakpoint = 3,
    load_address_misaligned = 4,
    load_access_fault = 5,
    store_address_misaligned = 6,
    store_access_fault = 7,
    call_from_u_mode = 8,  ///< or VU-mode
    call_from_hs_mode = 9,
    call_from_vs_mode = 10,
    call_from_m_mode = 11,
    instruction_page_fault = 12,
    load_page_fault = 13,
    store_page_fault = 15,
    double_trap = 16,
    software_check = 18,
    hardware_error = 19,
    instruction_guest_page_fault = 20,
    load_guest_page_fault = 21,
    virtual_instruction = 22,
    store_guest_page_fault = 23,
};

/// The same, with Interrupt = 1. Also the bit in sip, sie, hideleg.
enum class Interrupt : uint8_t {
    supervisor_software = 1,
    virtual_supervisor_software = 2,
    machine_software = 3,
    supervisor_timer = 5,
    virtual_supervisor_timer = 6,
    machine_timer = 7,
    supervisor_external = 9,
    virtual_supervisor_external = 10,
    machine_external = 11,
    supervisor_guest_external = 12,
    counter_overflow = 13,
};

/// The specification's words, such as "store/AMO page fault"; "reserved exception" for a number that has none.
[[nodiscard]] std::string_view name_of(Exception exception);

/// Such as "supervisor timer interrupt"; "reserved interrupt" for a number that has none.
[[nodiscard]] std::string_view name_of(Interrupt interrupt);

/// The words for what scause holds.
[[nodiscard]] std::string_view name_of(Scause cause);

/// The scause of an exception.
[[nodiscard]] constexpr Scause scause_of(Exception exception)
{
    return Scause{}.with(Scause::code, static_cast<uint64_t>(exception));
}

/// The scause of an interrupt.
[[nodiscard]] constexpr Scause scause_of(Interrupt interrupt)
{
    return Scause{}.with(Scause::interrupt, true).with(Scause::code, static_cast<uint64_t>(interrupt));
}

static_assert(scause_of(Exception::store_guest_page_fault).bits() == 23);
static_assert(scause_of(Interrupt::supervisor_timer).bits() == 0x8000'0000'0000'0005);

}  // namespace hv::isa

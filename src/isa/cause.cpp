// The specification's words for exceptions and interrupts.
#include <hv/isa/cause.hpp>

namespace hv::isa {

std::string_view name_of(Exception exception)
{
    // [priv] Machine: mcause, and [priv] Hypervisor: Trap Cause Codes.
    // clang-format off
    switch (exception) {
        case Exception::instruction_address_misaligned: return "instruction address misaligned";
        case Exception::instruction_access_fault:       return "instruction access fault";
        case Exception::illegal_instruction:            return "illegal instruction";
        case Exception::breakpoint:                     return "breakpoint";
        case Exception::load_address_misaligned:        return "load address misaligned";
        case Exception::load_access_fault:              return "load access fault";
        case Exception::store_address_misaligned:       return "store/AMO address misaligned";
        case Exception::store_access_fault:             return "store/AMO access fault";
        case Exception::call_from_u_mode:               return "environment call from U-mode or VU-mode";
        case Exception::call_from_hs_mode:              return "environment call from HS-mode";
        case Exception::call_from_vs_mode:              return "environment call from VS-mode";
        case Exception::call_from_m_mode:               return "environment call from M-mode";
        case Exception::instruction_page_fault:         return "instruction page fault";
        case Exception::load_page_fault:                return "load page fault";
        case Exception::store_page_fault:               return "store/AMO page fault";
        case Exception::double_trap:                    return "double trap";
        case Exception::software_check:                 return "software check";
        case Exception::hardware_error:                 return "hardware error";
        case Exception::instruction_guest_page_fault:   return "instruction guest-page fault";
        case Exception::load_guest_page_fault:          return "load guest-page fault";
        case Exception::virtual_instruction:            return "virtual instruction";
        case Exception::store_guest_page_fault:         return "store/AMO guest-page fault";
    }
    // clang-format on
    return "reserved exception";
}

std::string_view name_of(Interrupt interrupt)
{
    // clang-format off
    switch (interrupt) {
        case Interrupt::supervisor_software:         return "supervisor software interrupt";
        case Interrupt::virtual_supervisor_software: return "virtual supervisor software interrupt";
        case Interrupt::machine_software:            return "machine software interrupt";
        case Interrupt::supervisor_timer:            return "supervisor timer interrupt";
        case Interrupt::virtual_supervisor_timer:    return "virtual supervisor timer interrupt";
        case Interrupt::machine_timer:               return "machine timer interrupt";
        case Interrupt::supervisor_external:         return "supervisor external interrupt";
        case Interrupt::virtual_supervisor_external: return "virtual supervisor external interrupt";
        case Interrupt::machine_external:            return "machine external interrupt";
        case Interrupt::supervisor_guest_external:   return "supervisor guest external interrupt";
        case Interrupt::counter_overflow:            return "counter-overflow interrupt";
    }
    // clang-format on
    return "reserved interrupt";
}

std::string_view name_of(Scause cause)
{
    // A code that does not fit the enumerations is one that has no name.
    const uint64_t code = cause.get(Scause::code);
    const auto number = static_cast<uint8_t>(code > UINT8_MAX ? UINT8_MAX : code);
    return cause.get(Scause::interrupt) ? name_of(static_cast<Interrupt>(number))
                                        : name_of(static_cast<Exception>(number));
}

}  // namespace hv::isa

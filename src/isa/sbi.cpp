// Words for the error codes of the Supervisor Binary Interface.
#include <hv/isa/sbi.hpp>

namespace hv::isa::sbi {

std::string_view name_of(Error error)
{
    // [sbi] Binary Encoding: standard SBI errors.
    // clang-format off
    switch (error) {
        case Error::success:           return "success";
        case Error::failed:            return "failed";
        case Error::not_supported:     return "not supported";
        case Error::invalid_param:     return "invalid parameter";
        case Error::denied:            return "denied";
        case Error::invalid_address:   return "invalid address";
        case Error::already_available: return "already available";
        case Error::already_started:   return "already started";
        case Error::already_stopped:   return "already stopped";
        case Error::no_shared_memory:  return "shared memory not available";
        case Error::invalid_state:     return "invalid state";
        case Error::bad_range:         return "bad or invalid range";
        case Error::timeout:           return "timed out";
        case Error::io:                return "input/output error";
        case Error::denied_locked:     return "denied or not allowed due to lock status";
    }
    // clang-format on
    return "unknown SBI error";
}

}  // namespace hv::isa::sbi

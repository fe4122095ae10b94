// system_reset with a reserved type or reason is refused, and the guest goes on.
// CHECKLIST 69; HOSTILE 22.
#include "support.hpp"

namespace guest {

void scenario()
{
    using sbi::Error;
    const auto reset = [](uint64_t type, uint64_t reason) {
        return sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, type, reason);
    };
    for (const uint64_t type : {3U, 4U, 0x7fff'ffffU, 0xefff'ffffU}) {
        trying("type", type);
        expect_error(reset(type, 0), Error::invalid_param);
    }
    for (const uint64_t reason : {2U, 3U, 0x7fff'ffffU, 0xdfff'ffffU}) {
        trying("reason", reason);
        for (const uint64_t type : {0U, 1U, 2U}) {
            expect_error(reset(type, reason), Error::invalid_param);
        }
    }
    if (on_bulkhead()) {
        // Another platform's or implementation's.
        expect_error(reset(0xf000'0000, 0), Error::invalid_param);
        expect_error(reset(0, 0xe000'0000), Error::invalid_param);
        expect_error(reset(0, 0xf000'0000), Error::invalid_param);
    }
}

}  // namespace guest

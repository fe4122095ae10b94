// Functions beyond the last of every extension, up to the highest number.
// tries: HOSTILE 15, 21; CHECKLIST 55, 56, 64
// answer: -2, as if the extension were not there
#include "hostile.hpp"

namespace guest {

void attack()
{
    struct Known {
        sbi::Extension extension;
        uint64_t first_unknown;
    };
    constexpr Known known[] = {
        {sbi::Extension::base, 7},
        {sbi::Extension::timer, 1},
        {sbi::Extension::inter_processor, 1},
        {sbi::Extension::remote_fence, 7},
        {sbi::Extension::hart_state, 4},
        {sbi::Extension::system_reset, 1},
        {sbi::Extension::debug_console, 3},
        {sbi::Extension::firmware_features, 2},
    };
    for (const Known& one : known) {
        for (uint64_t n = 0; n < 64; ++n) {
            const uint64_t function = n < 32 ? one.first_unknown + n : uint64_t{1} << (n - 32);
            if (function < one.first_unknown) {
                continue;
            }
            trying("function", function);
            expect_error(watched_call(static_cast<uint64_t>(one.extension), function, {0, 0, 0, 0, 0, 0}),
                         sbi::Error::not_supported);
        }
    }
    for (uint64_t function = 3; function < 7; ++function) {
        trying("a fence of guests that it has not", function);
        expect_error(sbi_call_raw(static_cast<uint64_t>(sbi::Extension::remote_fence), function, 1, 0),
                     sbi::Error::not_supported);
    }
    expect_served();
}

}  // namespace guest

// Every extension and function with all pairs of boundary numbers as arguments.
// tries: HOSTILE 16, 18, 20, 21, 38; CHECKLIST 54, 60, 61, 67, 70, 71, 73, 75
// answer: an error of the specification or success; a2 to a7 and all other registers are kept
// beats: 60
#include "hostile.hpp"

namespace guest {
namespace {

using sbi::Extension;

/// What a call may give: an error that there is, or a legacy call's own number.
bool is_an_answer(SbiResult result)
{
    return result.error <= 0 && result.error >= static_cast<int64_t>(sbi::Error::denied_locked);
}

constexpr Extension extensions[] = {
    Extension::base,
    Extension::hart_state,
    Extension::performance_monitoring,
    Extension::inter_processor,
    Extension::debug_console,
    Extension::firmware_features,
    Extension::remote_fence,
    Extension::system_reset,
    Extension::timer,
};

/// Not those that end it, or that put it to sleep.
bool may_be_made(Extension extension, uint64_t function)
{
    return !(extension == Extension::system_reset && function == 0) &&
           !(extension == Extension::hart_state && (function == 1 || function == 3));
}

}  // namespace

void attack()
{
    for (const Extension extension : extensions) {
        for (uint64_t function = 0; function < 10; ++function) {
            if (!may_be_made(extension, function)) {
                continue;
            }
            trying("extension and function", static_cast<uint64_t>(extension) << 8 | function);
            for (uint64_t n = 0; n < boundaries.size() * 5; ++n) {
                const auto pick = [&](uint64_t step) {
                    return boundaries[(n * step + function) % boundaries.size()];
                };
                const SbiResult result = sbi_call_raw(static_cast<uint64_t>(extension), function, pick(1), pick(3),
                                                      pick(5), pick(7), pick(9));
                expect(extension == Extension::base || is_an_answer(result), "no answer of the specification");
            }
            const SbiResult watched = watched_call(static_cast<uint64_t>(extension), function,
                                                   {boundaries[function], UINT64_MAX, 3, 4, 5, 6});
            expect(is_an_answer(watched), "no answer of the specification");
        }
    }
    set_timer(UINT64_MAX);
    console().write("\n");
    expect_served();
}

}  // namespace guest

// Random functions of every extension with random arguments: 10,000 calls.
// tries: HOSTILE 15, 16, 20, 21; CHECKLIST 54, 55, 61, 70, 71
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
    Random random{0x5b1};
    for (unsigned i = 0; i < 10'000; ++i) {
        const Extension extension = extensions[random.below(std::size(extensions))];
        const uint64_t function = random.below(12);
        if (!may_be_made(extension, function)) {
            continue;
        }
        std::array<uint64_t, 6> arguments{};
        for (uint64_t& argument : arguments) {
            argument = random.next() >> random.below(64);
            // Bytes of its RAM are not to be written on the console.
            if (argument >= 0x8000'0000 && argument < 0x8100'0000) {
                argument = boundaries[random.below(4)];
            }
        }
        trying("extension and function", static_cast<uint64_t>(extension) << 8 | function);
        const SbiResult result = i % 8 == 0 ? watched_call(static_cast<uint64_t>(extension), function, arguments)
                                            : sbi_call_raw(static_cast<uint64_t>(extension), function, arguments[0],
                                                           arguments[1], arguments[2], arguments[3], arguments[4]);
        expect(is_an_answer(result), "no answer of the specification");
    }
    set_timer(UINT64_MAX);
    console().write("\n");
    expect_served();
}

}  // namespace guest

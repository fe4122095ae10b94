// Unknown extensions, unknown functions of known ones, and all of what probes as 0, give -2.
// CHECKLIST 55, 58, 64, 73, 74, 75; HOSTILE 15, 38.
#include "support.hpp"

namespace guest {
namespace {

using sbi::Error;
using sbi::Extension;

void expect_unknown(uint64_t extension, uint64_t function)
{
    trying("function", function);
    expect_error(sbi_call_raw(extension, function, 1, 0, 0), Error::not_supported);
}

/// The first function number that each has not.
struct Known {
    Extension extension;
    uint64_t first_unknown;
};
constexpr Known known[] = {
    {Extension::base, 7},
    {Extension::timer, 1},
    {Extension::inter_processor, 1},
    {Extension::remote_fence, 7},
    {Extension::hart_state, 4},
    {Extension::system_reset, 1},
    {Extension::debug_console, 3},
    {Extension::performance_monitoring, 9},
    {Extension::firmware_features, 2},
    {Extension::system_suspend, 1},
};

}  // namespace

void scenario()
{
    for (const uint64_t extension :
         {0x9U, 0xaU, 0xfU, 0x11U, 0x4e41'434cU, 0x53'5441U, 0x5353'4500U, 0x0fff'ffffU}) {
        trying("extension", extension);
        if (!is_offered(extension)) {
            for (const uint64_t function : {0U, 1U, 2U, 0xffffU}) {
                expect_unknown(extension, function);
            }
        }
    }
    expect_unknown(UINT64_MAX, 0);
    for (const Known& one : known) {
        if (!is_offered(one.extension)) {
            for (uint64_t function = 0; function < one.first_unknown; ++function) {
                expect_unknown(static_cast<uint64_t>(one.extension), function);
            }
            continue;
        }
        for (const uint64_t function : {one.first_unknown, one.first_unknown + 1, uint64_t{0x100},
                                        uint64_t{0x7fff'ffff}, uint64_t{0xffff'ffff}}) {
            expect_unknown(static_cast<uint64_t>(one.extension), function);
        }
    }
    // The guest's harts have no H extension.
    if (on_bulkhead()) {
        for (uint64_t function = 3; function < 7; ++function) {
            expect_unknown(static_cast<uint64_t>(Extension::remote_fence), function);
        }
    }
}

}  // namespace guest

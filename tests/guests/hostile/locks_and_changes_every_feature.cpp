// FWFT: every feature set to every value, with the lock and with flags that are reserved, then set again.
// tries: HOSTILE 38; CHECKLIST 75
// answer: what is reserved is denied, what is not there is -2, what is locked stays as it is
#include "hostile.hpp"

namespace guest {

void attack()
{
    const uint64_t fwft = static_cast<uint64_t>(sbi::Extension::firmware_features);
    if (!is_offered(fwft)) {
        expect_error(sbi_call_raw(fwft, 0, 0, 0, 0), sbi::Error::not_supported);
        return;
    }
    for (uint64_t feature = 0; feature < 64; ++feature) {
        trying("feature", feature);
        const SbiResult first = sbi_call_raw(fwft, 1, feature);
        for (const uint64_t value : boundaries) {
            for (const uint64_t flags : {uint64_t{2}, uint64_t{3}, UINT64_MAX}) {
                expect(sbi_call_raw(fwft, 0, feature, value, flags).error < 0, "reserved flags");
            }
        }
        if (!first.is(sbi::Error::success)) {
            expect_error(sbi_call_raw(fwft, 0, feature, 0, 0), static_cast<sbi::Error>(first.error));
            continue;
        }
        expect_error(sbi_call_raw(fwft, 0, feature, first.value, 1), sbi::Error::success);
        for (const uint64_t value : {uint64_t{0}, uint64_t{1}}) {
            expect_error(sbi_call_raw(fwft, 0, feature, value, 0), sbi::Error::denied_locked);
        }
        expect_equal(sbi_call_raw(fwft, 1, feature).value, first.value);
    }
    for (const uint64_t feature : {0x40U, 0x3fff'ffffU, 0x4000'0000U, 0x8000'0000U, 0xffff'ffffU}) {
        trying("feature", feature);
        expect(sbi_call_raw(fwft, 0, feature, 0, 0).error < 0, "a feature of nobody");
    }
    expect_served();
}

}  // namespace guest

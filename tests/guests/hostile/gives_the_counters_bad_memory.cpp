// PMU snapshots, starts and stops with memory of nobody, masks past the end and every flag.
// tries: HOSTILE 38; CHECKLIST 73
// answer: an error of the specification, and nothing is written anywhere
#include "hostile.hpp"

namespace guest {

void attack()
{
    const uint64_t pmu = static_cast<uint64_t>(sbi::Extension::performance_monitoring);
    for (const Nowhere& place : nowhere) {
        trying(place.what, place.address);
        for (const uint64_t high : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
            expect(sbi_call_raw(pmu, 7, place.address, high, 0).error < 0, "a snapshot in nobody's memory");
            expect(sbi_call_raw(pmu, 8, place.address, high, 16, 0).error < 0, "events in nobody's memory");
        }
    }
    for (uint64_t flags = 1; flags != 0; flags <<= 1) {
        for (const uint64_t base : boundaries) {
            trying("base", base);
            for (uint64_t function = 2; function < 5; ++function) {
                const SbiResult result = sbi_call_raw(pmu, function, base, UINT64_MAX, flags, 0xf'0005, 0);
                expect(result.error < 0, "counters that there are not");
            }
        }
    }
    expect_served();
}

}  // namespace guest

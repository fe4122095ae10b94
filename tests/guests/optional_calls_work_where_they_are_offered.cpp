// PMU, FWFT and SUSP: what probe_extension offers does what the specification says; counters are the guest's own.
// CHECKLIST 58, 73, 74, 75; HOSTILE 38.
// natively: no, OpenSBI's answers depend on its version.
#include "harts.hpp"
#include "support.hpp"

#include <hv/isa/sbi_pmu.hpp>

namespace guest {
namespace {

using sbi::Error;
using sbi::Extension;
using sbi::Feature;
using sbi::Performance;

SbiResult pmu(Performance function, uint64_t a0 = 0, uint64_t a1 = 0, uint64_t a2 = 0, uint64_t a3 = 0,
              uint64_t a4 = 0)
{
    return sbi_call(Extension::performance_monitoring, function, a0, a1, a2, a3, a4);
}

void try_pmu()
{
    const SbiResult count = pmu(Performance::num_counters);
    expect_error(count, Error::success);
    expect(count.value > 0 && count.value <= 64, "an odd number of counters");
    uint64_t all = 0;
    for (uint64_t counter = 0; counter < count.value; ++counter) {
        trying("counter", counter);
        const SbiResult info = pmu(Performance::counter_get_info, counter);
        // [sbi] PMU: cycle, time, instret have the indices 0 to 2, of which 1 is no counter.
        expect(info.is(Error::success) || (counter == 1 && info.is(Error::invalid_param)), "no information");
        all |= info.is(Error::success) ? uint64_t{1} << counter : 0;
    }
    trying("past the end");
    expect_error(pmu(Performance::counter_get_info, count.value), Error::invalid_param);
    expect_error(pmu(Performance::counter_get_info, UINT64_MAX), Error::invalid_param);
    expect_error(pmu(Performance::counter_start, count.value, 1, 0), Error::invalid_param);
    expect_error(pmu(Performance::counter_stop, count.value, 1, 0), Error::invalid_param);
    expect_error(pmu(Performance::counter_fw_read, count.value), Error::invalid_param);
    trying("no such event");
    const SbiResult none = pmu(Performance::counter_config_matching, 0, all, 0, 0xf'0fff, 0);
    expect(none.is(Error::not_supported) || none.is(Error::invalid_param), "an event that there is not");

    trying("timers set");
    constexpr uint64_t clear_and_start = 6;
    constexpr uint64_t set_timer_event = 0xf'0005;
    const SbiResult taken = pmu(Performance::counter_config_matching, 0, all, clear_and_start, set_timer_event, 0);
    if (expect_error(taken, Error::success)) {
        for (unsigned i = 0; i < 5; ++i) {
            sbi_call(Extension::timer, sbi::Timer::set_timer, UINT64_MAX);
        }
        const SbiResult read = pmu(Performance::counter_fw_read, taken.value);
        expect_error(read, Error::success);
        expect_equal(read.value, 5);
        expect_error(pmu(Performance::counter_stop, taken.value, 1, 0), Error::success);
        expect_error(pmu(Performance::counter_stop, taken.value, 1, 0), Error::already_stopped);
    }
}

SbiResult feature(sbi::FirmwareFeatures function, uint64_t which, uint64_t value = 0, uint64_t flags = 0)
{
    return sbi_call(Extension::firmware_features, function, which, value, flags);
}

void try_fwft()
{
    using sbi::FirmwareFeatures;
    for (uint64_t which = 0; which <= static_cast<uint64_t>(Feature::pointer_masking_pmlen); ++which) {
        trying("feature", which);
        const SbiResult got = feature(FirmwareFeatures::get, which);
        if (got.is(Error::not_supported)) {
            expect_error(feature(FirmwareFeatures::set, which, 0), Error::not_supported);
            continue;
        }
        expect_error(got, Error::success);
        expect_error(feature(FirmwareFeatures::set, which, got.value, 2), Error::invalid_param);
        expect_error(feature(FirmwareFeatures::set, which, 0x1234), Error::invalid_param);
        expect_error(feature(FirmwareFeatures::set, which, got.value), Error::success);
        expect_equal(feature(FirmwareFeatures::get, which).value, got.value);
    }
    for (const uint64_t which : {6U, 0x3fff'ffffU, 0x8000'0000U}) {
        trying("reserved feature", which);
        const SbiResult got = feature(FirmwareFeatures::get, which);
        expect(got.is(Error::denied) || got.is(Error::not_supported), "another error");
    }
}

volatile bool resumed = false;

/// Behind a suspend to RAM.
void on_resume(uint64_t argument)
{
    expect_equal(argument, 0x5150);
    expect_equal(GUEST_CSR_READ(satp), 0);
    expect_equal(GUEST_CSR_READ(sstatus) & Sstatus::sie.mask, 0);
    set_timer(UINT64_MAX);
    resumed = true;
    done();
}

void try_susp()
{
    const auto suspend = [](uint64_t type, uint64_t address, uint64_t opaque) {
        return sbi_call(Extension::system_suspend, sbi::SystemSuspend::suspend, type, address, opaque);
    };
    trying("suspend");
    expect_error(suspend(1, start_address(), 0), Error::invalid_param);
    expect_error(suspend(0x8000'0000, start_address(), 0), Error::invalid_param);
    expect_error(suspend(0, 0x4000'0000, 0), Error::invalid_address);
    // Wakes by the timer, at the address given.
    HartStart& start = start_record(this_hart(), on_resume, 0x5150);
    GUEST_CSR_SET(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 20 * ticks_per_ms);
    suspend(0, start_address(), reinterpret_cast<uintptr_t>(&start));
    expect(false, "goes on behind a suspend");
}

}  // namespace

void scenario()
{
    if (is_offered(Extension::performance_monitoring)) {
        try_pmu();
    }
    if (is_offered(Extension::firmware_features)) {
        try_fwft();
    }
    if (is_offered(Extension::system_suspend)) {
        try_susp();
    }
}

}  // namespace guest

// A guest is rung while it reboots and after it has ended, which harms nobody; it starts with no ring of before,
// and shared memory keeps what is in it. CHECKLIST 51.
#include "doorbell.hpp"

#include "probe.hpp"

namespace guest {
namespace {

constexpr uint64_t boots = 20;
constexpr uint32_t keeper = 0;
constexpr uint32_t phoenix = 1;

// Words of the shared region.
constexpr uint64_t boot_word = 0;    ///< how often phoenix has been booted
constexpr uint64_t phase_word = 1;   ///< what it is at: odd while keeper is to ring without a pause
constexpr uint64_t ending_word = 2;  ///< phoenix ends now

constinit Shared region;
constinit volatile uint64_t heard = 0;

void on_ring()
{
    expect_equal(take_rings(region), 1U << keeper);
    heard = heard + 1;
}

/// Rung in a flood, it boots again and again. Even boots begin while nobody rings.
void be_phoenix()
{
    const uint64_t boot = region.word(boot_word);
    trying("boot", boot);
    expect_equal(region.member(), phoenix);
    if (boot % 2 == 0) {
        expect_equal(region.pending(), 0);
        expect(!is_pending(Interrupt::supervisor_external), "an interrupt of the run before");
    }
    region.word(boot_word) = boot + 1;
    if (boot % 2 == 0) {
        region.word(phase_word) = 2 * boot + 1;
    }
    if (!expect(eventually([] { return region.pending() == 1U << keeper; }), "nobody rings")) {
        return;
    }
    listen(region, on_ring);
    expect(eventually([] { return heard >= 3; }), "no interrupt");
    disable_interrupts();
    if (boot % 2 != 0) {
        region.word(phase_word) = 2 * boot;
        // Until keeper has seen that.
        expect(eventually([boot] { return region.word(ending_word) == 2 * boot; }), "keeper goes on ringing");
        region.ring(phoenix);
        expect_equal(region.pending() >> phoenix & 1, 1);
    }
    if (boot < boots) {
        sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset,
                 static_cast<uint64_t>(sbi::ResetType::cold_reboot), 0);
    }
    region.word(phase_word) = UINT64_MAX;
}

void be_keeper()
{
    expect_equal(region.member(), keeper);
    const uint64_t end = now() + 60'000 * ticks_per_ms;
    while (region.word(phase_word) != UINT64_MAX) {
        const uint64_t phase = region.word(phase_word);
        if (phase % 2 != 0) {
            region.ring(phoenix);
        } else {
            region.word(ending_word) = phase;
        }
        if (!expect(now() < end, "phoenix does not come to its end")) {
            return;
        }
    }
    expect_equal(region.word(boot_word), boots + 1);
    // It is ending, or has ended.
    for (int i = 0; i < 10'000; ++i) {
        region.ring(phoenix);
        region.ring(keeper);
        expect_equal(region.pending() >> keeper & 1, 1);
        region.clear(1U << keeper);
    }
}

}  // namespace

void scenario()
{
    region = shared_region("nest");
    if (is_called("keeper")) {
        be_keeper();
    } else {
        be_phoenix();
    }
}

}  // namespace guest

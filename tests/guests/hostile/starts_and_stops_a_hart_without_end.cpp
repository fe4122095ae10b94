// Starts its other hart 300 times, which stops itself each time; and starts it while it stops.
// tries: HOSTILE 18, 37; CHECKLIST 65, 66
// answer: one start of each is taken, and none is lost or made twice
// harts: 2
// beats: 60
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<uint64_t> runs = 0;
constinit uint64_t taken = 0;

void count(uint64_t)
{
    ++runs;
}

}  // namespace

void attack()
{
    const uint64_t other = 1 - this_hart();
    for (uint64_t i = 0; i < 300; ++i) {
        trying("start", i);
        HartStart& record = start_record(other, count);
        const SbiResult result = sbi_call(sbi::Extension::hart_state, sbi::HartState::start, other, start_address(),
                                          reinterpret_cast<uintptr_t>(&record));
        if (result.is(sbi::Error::success)) {
            ++taken;
        } else {
            expect_error(result, sbi::Error::already_available);
        }
        if (i % 4 != 0) {
            relax();
        }
    }
    wait_for_others_to_stop();
    expect_equal(runs, taken);
    expect(taken > 100, "hardly any start is taken");
    expect_served();
}

}  // namespace guest

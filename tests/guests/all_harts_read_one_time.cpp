// `time` is one timeline on all harts: what one reads after another told it its own is never earlier.
// CHECKLIST 45.
// harts: 2 4
#include "harts.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

constexpr uint64_t rounds = 2'000;
constinit std::atomic<uint64_t> turn = 0;
constinit std::atomic<uint64_t> last_time = 0;
constinit std::atomic<uint64_t> backwards = 0;

void read_in_turn(uint64_t)
{
    const uint64_t hart = this_hart();
    const uint64_t count = harts();
    uint64_t waited = 0;
    while (turn < rounds) {
        const uint64_t current = turn;
        if (current % count == hart && current < rounds) {
            const uint64_t time = now();
            if (time < last_time) {
                ++backwards;
            }
            last_time = time;
            turn = current + 1;
            waited = 0;
        } else if (++waited % 64 == 0) {
            relax();
        }
    }
}

}  // namespace

void scenario()
{
    start_other_harts(read_in_turn);
    read_in_turn(0);
    wait_for_others_to_stop();
    expect_equal(backwards, 0);
    expect(last_time < 60'000 * ticks_per_ms, "time does not start near 0");
}

}  // namespace guest

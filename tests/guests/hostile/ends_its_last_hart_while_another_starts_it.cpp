// Each of two harts stops itself and is started by the other, until one says that it is over.
// tries: HOSTILE 18, 19; CHECKLIST 65, 66
// answer: a hart that is stopped starts again, and none is lost on the way
// harts: 2
// beats: 60
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<uint64_t> turns = 0;

void start_the_other_and_stop(uint64_t other)
{
    if (++turns == 200) {
        expect_served();
        done();
    }
    wait_for_status(other, sbi::HartStatus::stopped);
    start_hart(other, start_the_other_and_stop, this_hart());
}

}  // namespace

void attack()
{
    start_hart(1 - this_hart(), start_the_other_and_stop, this_hart());
    stop_this_hart();
}

}  // namespace guest

// SRST from one hart, while the other loops with everything masked.
// tries: HOSTILE 22; CHECKLIST 69
// answer: both of its harts stop, and nobody else's
// harts: 2
// qemu: 10, under -icount 7.2 never takes the host from two harts that loop
// ends: shuts down
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<bool> loops = false;

void loop(uint64_t)
{
    loops = true;
    while (true) {
        asm volatile("" : : : "memory");
    }
}

}  // namespace

void attack()
{
    start_other_harts(loop);
    expect(eventually_elsewhere([] { return bool{loops}; }), "does not loop");
    say("shuts down");
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0, 0);
    say("FAIL: goes on behind its shutdown");
}

}  // namespace guest

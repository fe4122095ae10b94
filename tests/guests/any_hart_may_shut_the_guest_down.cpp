// A shutdown by the last hart ends the guest while its others spin, wait and make calls.
// CHECKLIST 69; HOSTILE 22.
// harts: 2 4
// not: goes on
#include "harts.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<uint32_t> busy = 0;

void be_busy(uint64_t)
{
    const uint64_t hart = this_hart();
    ++busy;
    while (true) {
        if (hart % 3 == 1) {
            wait_for_interrupt();
        } else if (hart % 3 == 2) {
            sbi_call(sbi::Extension::base, sbi::Base::get_spec_version);
        }
    }
}

void shut_down(uint64_t)
{
    // The boot hart is one of the others now.
    expect(eventually_elsewhere([] { return busy == harts() - 1; }), "the others do not run");
    done();
}

}  // namespace

void scenario()
{
    const uint64_t last = boot_hart() == harts() - 1 ? harts() - 2 : harts() - 1;
    for (uint64_t hart = 0; hart < harts(); ++hart) {
        if (hart != this_hart() && hart != last) {
            start_hart(hart, be_busy);
        }
    }
    start_hart(last, shut_down);
    be_busy(0);
}

}  // namespace guest

// 2,000 IPIs from one hart to the other, which takes them or does not.
// tries: HOSTILE 20; CHECKLIST 62
// answer: the other hart gets them; the neighbour's harts get none, and lose no time
// harts: 2
// beats: 100
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<bool> ready = false;
constinit std::atomic<bool> over = false;
constinit std::atomic<uint64_t> taken = 0;

void take()
{
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    ++taken;
}

void receive(uint64_t)
{
    on_interrupt(Interrupt::supervisor_software, take);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    ready = true;
    enable_interrupts();
    while (!over) {
        wait_for_interrupt();
    }
    disable_interrupts();
}

}  // namespace

void attack()
{
    start_other_harts(receive);
    expect(eventually_elsewhere([] { return bool{ready}; }), "does not start");
    const uint64_t other = this_hart() == 0 ? 1 : 0;
    for (unsigned i = 0; i < 2000; ++i) {
        send_ipi(other);
    }
    over = true;
    send_ipi(other);
    wait_for_others_to_stop();
    expect(taken > 0, "none came");
    expect_served();
}

}  // namespace guest

// IPIs back and forth between all harts, thousands of them: each one that is waited for arrives.
// CHECKLIST 39, 61, 62.
// harts: 1 2 4
// machine: virt,aclint=on
#include "harts.hpp"
#include "tree.hpp"

#include <array>
#include <atomic>

namespace guest {
namespace {

/// All IPIs, over all harts.
constexpr uint64_t total = 10'000;

struct alignas(64) Slot {
    std::atomic<uint64_t> received = 0;
};
constinit std::array<Slot, max_harts> slots;
constinit std::atomic<uint64_t> turn = 0;
constinit std::atomic<uint64_t> ready = 0;

/// Clears, then counts: what comes in between makes it pend again.
void on_software()
{
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    ++slots[this_hart()].received;
}

/// A token goes round: whoever is interrupted with the turn being its own passes it on by another IPI.
void pass_the_token(uint64_t)
{
    const uint64_t hart = this_hart();
    const uint64_t count = harts();
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    ++ready;
    while (turn < total) {
        wait_for_interrupt();
        enable_interrupts();
        disable_interrupts();
        if (turn < total && turn % count == hart && slots[hart].received > turn / count) {
            const uint64_t next = turn + 1;
            turn = next;
            if (next < total) {
                send_ipi(next % count);
            } else {
                sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 0, UINT64_MAX);
            }
        }
    }
}

}  // namespace

void scenario()
{
    on_interrupt(Interrupt::supervisor_software, on_software);
    start_other_harts(pass_the_token);
    // An IPI to a hart that is not started yet may be dropped.
    expect(eventually_elsewhere([] { return ready == harts() - 1; }), "the others do not run");
    send_ipi(0);
    pass_the_token(0);
    wait_for_others_to_stop();
    uint64_t sum = 0;
    for (const Slot& slot : slots) {
        sum += slot.received;
    }
    // One for each turn, and the last one to all.
    expect(sum >= total, "an interrupt is lost");
}

}  // namespace guest

// Priorities, enables and thresholds of all values for all of its sources, while two of its harts claim.
// tries: HOSTILE 34; CHECKLIST 78
// answer: each claim is of the one source that there is, by one hart, or is 0
// harts: 2
// beats: 60
#include "devices.hpp"
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<uint64_t> odd = 0;
constinit std::atomic<bool> over = false;

void claim()
{
    const uint32_t source = word_at(plic_claim(this_hart()));
    odd += source == 0 || source == uart_source ? 0U : 1U;
    word_at(plic_claim(this_hart())) = source;
}

void claim_all(uint64_t)
{
    while (!over) {
        claim();
        relax();
    }
}

}  // namespace

void attack()
{
    start_other_harts(claim_all);
    Random random{0x7072};
    for (unsigned i = 0; i < 300; ++i) {
        for (unsigned source = 1; source < 128; source += 9) {
            word_at(plic_priority(source)) = static_cast<uint32_t>(random.next());
        }
        word_at(plic_enable(random.below(2), uart_source)) = static_cast<uint32_t>(random.next());
        word_at(plic_threshold(random.below(2))) = static_cast<uint32_t>(random.next());
        uart(SerialRegister::interrupt_enable) = static_cast<uint8_t>(random.below(2) * 2);
        claim();
    }
    over = true;
    wait_for_others_to_stop();
    uart(SerialRegister::interrupt_enable) = 0;
    expect_equal(odd, 0);
    expect_served();
}

}  // namespace guest

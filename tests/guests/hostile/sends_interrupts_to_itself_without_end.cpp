// 20,000 IPIs to its own hart, each taken.
// tries: HOSTILE 20; CHECKLIST 39, 62
// answer: each one arrives, once, and is gone when it is cleared
// beats: 40
#include "hostile.hpp"

namespace guest {
namespace {

constinit volatile uint64_t taken = 0;

void take()
{
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    taken = taken + 1;
}

}  // namespace

void attack()
{
    on_interrupt(Interrupt::supervisor_software, take);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    for (uint64_t i = 0; i < 20'000; ++i) {
        disable_interrupts();
        expect_error(sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 1, 0),
                     sbi::Error::success);
        enable_interrupts();
        if (!expect(eventually([&] { return taken == i + 1; }), "is lost")) {
            break;
        }
    }
    disable_interrupts();
    expect_equal(taken, 20'000);
    expect_served();
}

}  // namespace guest

// One hart sleeps, stops and starts; the other fences it and sends it interrupts meanwhile.
// tries: HOSTILE 18, 20, 21; CHECKLIST 62, 63, 66, 68
// answer: every call comes back, whatever the other hart does
// harts: 2
// time: real, its harts race each other
// beats: 100
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<bool> over = false;

void sleep_and_stop(uint64_t times)
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    for (uint64_t i = 0; i < times && !over; ++i) {
        expect_error(sbi_call(sbi::Extension::hart_state, sbi::HartState::suspend, 0), sbi::Error::success);
        GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    }
}

}  // namespace

void attack()
{
    const uint64_t other = 1 - this_hart();
    Random random{0x51ee9};
    for (unsigned i = 0; i < 1000; ++i) {
        trying("call", i);
        switch (random.below(4)) {
        case 0: {
            HartStart& record = start_record(other, sleep_and_stop, random.below(3));
            const SbiResult result = sbi_call(sbi::Extension::hart_state, sbi::HartState::start, other,
                                              start_address(), reinterpret_cast<uintptr_t>(&record));
            expect(result.is(sbi::Error::success) || result.is(sbi::Error::already_available), "another answer");
            break;
        }
        case 1:
            send_ipi(other);
            break;
        default:
            expect_error(sbi_call_raw(static_cast<uint64_t>(sbi::Extension::remote_fence), random.below(3), 1,
                                      other, 0x8020'0000, random.below(2) * 4096, 1),
                         sbi::Error::success);
            break;
        }
    }
    over = true;
    for (unsigned i = 0; i < 1000 && status_of(other) != sbi::HartStatus::stopped; ++i) {
        send_ipi(other);
        relax();
    }
    expect(status_of(other) == sbi::HartStatus::stopped, "does not stop");
    expect_served();
}

}  // namespace guest

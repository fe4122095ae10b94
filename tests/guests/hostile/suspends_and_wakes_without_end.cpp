// Retentive and other suspends, 2,000 of them, each woken by a timer that is due already, or soon.
// tries: HOSTILE 19, 28; CHECKLIST 51, 68
// answer: each comes back: with 0, or at the address that it gave, with its hart's id and its number
// beats: 60
#include "harts.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

constinit uint64_t rounds = 0;

/// Where it resumes, with a new stack each time.
void again(uint64_t argument)
{
    trying("resumed", rounds);
    if (rounds != 0) {
        expect_equal(argument, rounds);
        expect_equal(GUEST_CSR_READ(satp), 0);
        expect_equal(GUEST_CSR_READ(sstatus) & Sstatus::sie.mask, 0);
    }
    if (++rounds > 1000) {
        set_timer(UINT64_MAX);
        expect_served();
        done();
    }
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(rounds % 2 == 0 ? 0 : now() + 30);
    HartStart& start = start_record(this_hart(), again, rounds);
    sbi_call(sbi::Extension::hart_state, sbi::HartState::suspend, 0x8000'0000, start_address(),
             reinterpret_cast<uintptr_t>(&start));
    say("FAIL: goes on behind its suspend");
}

}  // namespace

void attack()
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    for (unsigned i = 0; i < 1000; ++i) {
        trying("round", i);
        set_timer(i % 2 == 0 ? 0 : now() + 30);
        expect_error(sbi_call(sbi::Extension::hart_state, sbi::HartState::suspend, 0, 0, 0), sbi::Error::success);
        set_timer(UINT64_MAX);
    }
    again(0);
}

}  // namespace guest

// What it takes to interrupt another hart that sleeps: one of another guest's, by its doorbell, and one's own, by
// an IPI. In instructions of both harts together, under `-icount shift=0`, where instret counts everybody's and the
// harts run in turn. The guest "ringer" has two harts, the guest "listener" one.
#include "doorbell.hpp"
#include "harts.hpp"

extern "C" {
// operations.S
uint64_t sleep_until_noted();
void note_wake();
uint64_t ring_and_sleep(uint64_t doorbell, uint64_t member);
uint64_t ipi_and_sleep(uint64_t harts);
[[noreturn]] void unexpected_trap();
}

namespace guest {
namespace {

constexpr uint64_t turns = 100;
constexpr uint64_t nap = 1000;  // ticks: others are done and asleep by then
constexpr uint64_t quit = UINT64_MAX;

/// What instret was when the interrupt was taken; 0 until then, and `quit` where no more will come.
struct Mail {
    volatile uint64_t* noted;
};

/// Notes when each interrupt of this kind comes, until it is told to quit. `acknowledge()` makes it go away.
template <typename Acknowledge>
void note_interrupts(Mail mail, Interrupt interrupt, Acknowledge acknowledge)
{
    const uint64_t stvec = GUEST_CSR_READ(stvec);
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(note_wake));
    while (*mail.noted != quit) {
        GUEST_CSR_WRITE(sie, bit(interrupt));
        enable_interrupts();
        const uint64_t woken = sleep_until_noted();
        disable_interrupts();
        acknowledge();
        if (*mail.noted != quit) {
            *mail.noted = woken;
        }
    }
    GUEST_CSR_WRITE(stvec, stvec);
}

void take_a_nap()
{
    set_timer(now() + nap);
    wait_for_interrupt();
    set_timer(now() + nap);
}

/// The mean over many turns. `interrupt()` gives instret just before, and sleeps.
template <typename InterruptOther>
void measure(std::string_view name, Mail mail, InterruptOther interrupt)
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    uint64_t sum = 0;
    for (uint64_t i = 0; i <= turns; ++i) {
        *mail.noted = 0;
        take_a_nap();
        const uint64_t start = interrupt();
        if (!expect(eventually([mail] { return *mail.noted != 0; }), "no interrupt there")) {
            return;
        }
        sum += i == 0 ? 0 : *mail.noted - start;
    }
    *mail.noted = quit;
    take_a_nap();
    (void)interrupt();
    set_timer(UINT64_MAX);
    say("bench: {} {} of {}", name, sum, turns);
}

constinit volatile uint64_t noted_by_second = 0;

void be_the_second_hart(uint64_t /*argument*/)
{
    note_interrupts({&noted_by_second}, Interrupt::supervisor_software,
                    [] { GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software)); });
}

}  // namespace

void scenario()
{
    const Shared region = shared_region("bell");
    const Mail mail{&region.word(0)};
    if (is_called("listener")) {
        word_at(plic_priority(region.source)) = 1;
        word_at(plic_enable(this_hart(), region.source)) = 1U << (region.source % 32);
        note_interrupts(mail, Interrupt::supervisor_external, [&region] { (void)take_rings(region); });
        return;
    }
    measure("doorbell", mail, [&region] { return ring_and_sleep(region.doorbell, 1); });
    start_hart(1, be_the_second_hart);
    measure("ipi-other", {&noted_by_second}, [] { return ipi_and_sleep(0b10); });
    wait_for_others_to_stop();
}

}  // namespace guest

void unexpected_trap()
{
    guest::expect(false, "an unexpected trap");
    guest::done();
}

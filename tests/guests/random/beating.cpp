// The neighbour of a random guest: its timer beats every 10 ms, and it says how late the latest beat was.
//
// Its bootargs are the number of beats. It ends as if it had failed, for its on-fault to halt the machine: the
// random guest may never end.
#include "tree.hpp"

#include "support.hpp"

namespace guest {
namespace {

constexpr uint64_t period = 10 * ticks_per_ms;
constinit uint64_t due = 0;
constinit uint64_t beats = 0;
constinit uint64_t latest = 0;

void beat()
{
    const uint64_t late = now() - due;
    latest = late > latest ? late : latest;
    beats++;
    due += period;
    set_timer(due);
}

/// The number that the bootargs are.
uint64_t beats_wanted()
{
    const auto bootargs = tree().find("/chosen")->property("bootargs");
    uint64_t number = 0;
    for (const char digit : bootargs->string().value_or("")) {
        number = number * 10 + static_cast<uint64_t>(digit - '0');
    }
    return number;
}

}  // namespace

void scenario()
{
    on_interrupt(Interrupt::supervisor_timer, beat);
    due = now() + period;
    set_timer(due);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    const uint64_t wanted = beats_wanted();
    enable_interrupts();
    while (beats < wanted) {
        wait_for_interrupt();
    }
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    say("\nneighbour: {} beats, at most {} ticks late", beats, latest);
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0,
             static_cast<uint64_t>(sbi::ResetReason::system_failure));
}

}  // namespace guest

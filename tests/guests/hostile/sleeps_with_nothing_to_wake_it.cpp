// Suspends its only hart, with no interrupt enabled.
// tries: HOSTILE 19, 27; CHECKLIST 68
// answer: it sleeps for ever; everybody else goes on
// ends: never
// expect: ^sleeps$
#include "hostile.hpp"

namespace guest {

void attack()
{
    say("sleeps");
    GUEST_CSR_WRITE(sie, 0);
    sbi_call(sbi::Extension::hart_state, sbi::HartState::suspend, 0);
    say("FAIL: wakes");
}

}  // namespace guest

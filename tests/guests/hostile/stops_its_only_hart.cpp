// HSM stop on the last hart that runs: nobody is left to start it again.
// tries: HOSTILE 19; CHECKLIST 66
// answer: it is idle, or has ended; everybody else goes on
// ends: never
// expect: ^stops$
#include "hostile.hpp"

namespace guest {

void attack()
{
    say("stops");
    sbi_call(sbi::Extension::hart_state, sbi::HartState::stop);
    say("FAIL: goes on behind its stop");
}

}  // namespace guest

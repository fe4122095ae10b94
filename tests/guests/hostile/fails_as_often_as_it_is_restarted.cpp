// Asks for a reset because of a failure, each time that it is restarted.
// tries: HOSTILE 22; CHECKLIST 69, 77
// answer: a post-mortem each, as many restarts as its description lets it, and then it is stopped
// ends: stopped, it asked for a reset, because of a failure
// on-fault: restart
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0, 1);
    say("FAIL: goes on behind its reset");
}

}  // namespace guest

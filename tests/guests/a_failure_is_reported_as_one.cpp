// A guest that shuts down with the reason system_failure is reported, and the machine's status is a failure.
// CHECKLIST 69.
// natively: no, OpenSBI loses the reason.
// not: goes on
// expect: ^says farewell$
// expect: stopped
// status: 1
#include "support.hpp"

namespace guest {

void scenario()
{
    say("says farewell");
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0,
             static_cast<uint64_t>(sbi::ResetReason::system_failure));
    say("goes on");
}

}  // namespace guest

// SRST from two harts at the same time, one asking for a shutdown and the other too.
// tries: HOSTILE 22; CHECKLIST 69
// answer: it shuts down, once
// harts: 2
// ends: shuts down
#include "harts.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void shut_down(uint64_t)
{
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0, 0);
}

}  // namespace

void attack()
{
    start_other_harts(shut_down);
    shut_down(0);
    say("FAIL: goes on behind its shutdown");
}

}  // namespace guest

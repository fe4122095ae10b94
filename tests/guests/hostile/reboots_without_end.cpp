// Asks for a reboot as soon as it runs, each time.
// tries: HOSTILE 22, 36; CHECKLIST 69
// answer: it alone starts again, from pristine memory, and costs nobody else anything
// ends: never
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
#include "hostile.hpp"

namespace guest {
namespace {

constinit volatile uint64_t marker = 0x600d;

}  // namespace

void attack()
{
    expect_equal(marker, 0x600d);
    marker = 0xbad;
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 1, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

// One hart writes zeros to the console without end, and the other asks for a reboot, each time.
// tries: HOSTILE 22, 35; CHECKLIST 69, 70
// answer: it starts again each time, and keeps no turn and no lock of the console
// harts: 2
// beats: 300
// time: real, its harts race each other
// ends: never
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
#include "harts.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void write_for_ever(uint64_t)
{
    while (true) {
        sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, 4096, 0x8040'0000);
    }
}

}  // namespace

void attack()
{
    start_other_harts(write_for_ever);
    const uint64_t end = now() + 5 * ticks_per_ms;
    while (now() < end) {
    }
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 1, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

// Two harts fence each other without end, and one of them asks for a reboot, each time.
// tries: HOSTILE 21, 22; CHECKLIST 63, 69
// answer: it starts again each time: no hart waits for an answer of one that has ended
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

void fence(uint64_t hart)
{
    sbi_call(sbi::Extension::remote_fence, sbi::RemoteFence::sfence_vma, 1, hart, 0x8020'0000, 0x1000);
}

void fence_for_ever(uint64_t)
{
    while (true) {
        fence(1 - this_hart());
    }
}

}  // namespace

void attack()
{
    start_other_harts(fence_for_ever);
    for (unsigned i = 0; i < 5; ++i) {
        fence(1 - this_hart());
    }
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 1, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

// Its trap handler begins with an illegal instruction, so that each trap causes the next, for ever.
// tries: HOSTILE 39; CHECKLIST 2
// answer: the hart and it keep each other busy; nobody else hears of it
// ends: never
// expect: ^traps$
// beats: 5
#include "hostile.hpp"

namespace guest {
namespace {

alignas(64) constinit const uint32_t handler[4] = {0, 0, 0, 0};

}  // namespace

void attack()
{
    say("traps");
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(handler));
    asm volatile(".word 0");
}

}  // namespace guest

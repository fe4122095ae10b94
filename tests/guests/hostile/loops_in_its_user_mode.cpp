// A user program of one jump to itself, whose supervisor has masked everything.
// tries: HOSTILE 27; CHECKLIST 7
// answer: it loops for ever, and costs nobody else anything
// ends: never
// beats: 8
// expect: ^loops$
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(sie, 0);
    say("loops");
    constexpr uint32_t jump_to_itself = 0x0000'006f;
    probe.begin(Mode::user).run(jump_to_itself);
    say("FAIL: comes back");
}

}  // namespace guest

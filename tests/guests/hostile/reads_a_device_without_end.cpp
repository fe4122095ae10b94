// A register of the PLIC read in a loop of two instructions, for ever: nothing but exits.
// tries: HOSTILE 27, 37; CHECKLIST 77
// answer: each is answered, and only its own hart is busy with them
// ends: never
// beats: 3
// expect: ^reads$
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(sie, 0);
    say("reads");
    while (true) {
        static_cast<void>(uint32_t{word_at(plic_claim(0))});
    }
}

}  // namespace guest

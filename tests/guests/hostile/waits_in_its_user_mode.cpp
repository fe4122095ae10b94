// WFI from VU, 5,000 times, with and without interrupts and page tables.
// tries: HOSTILE 27; CHECKLIST 10, 11
// answer: an illegal instruction: a user cannot put its hart to sleep
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    for (const bool paging : {false, true}) {
        if (paging) {
            turn_paging_on();
        }
        for (unsigned i = 0; i < 2500; ++i) {
            probe.begin(Mode::user).with_interrupts(i % 2 != 0).run(encode::wfi);
            probe.expect_trap(Exception::illegal_instruction, encode::wfi);
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

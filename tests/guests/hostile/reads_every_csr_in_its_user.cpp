// All 4,096 CSR numbers, read in VU, without and with page tables.
// tries: HOSTILE 23, 24; CHECKLIST 9, 10, 44
// answer: a value, or an illegal instruction with its bits in stval; a supervisor's number is always illegal
// beats: 60
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
        for (uint32_t number = 0; number < 4096; ++number) {
            trying("CSR", number);
            const uint32_t instruction = encode::csr(encode::CsrOp::rs, number, 10, 0);
            probe.begin(Mode::user).with_interrupts(paging).run(instruction);
            if (probe.completed()) {
                expect((number >> 8 & 3) == 0, "works, and is not a user's");
                probe.expect_completed(10);
            } else {
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// All 4,096 CSR numbers, written in VU with zeros, ones and what it likes.
// tries: HOSTILE 23, 24, 33; CHECKLIST 9, 10
// answer: a user's own CSRs of its registers take what they can; any other is an illegal instruction
// beats: 60
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    Random random{0x757372};
    for (uint32_t number = 0; number < 4096; ++number) {
        for (const uint64_t value : {uint64_t{0}, ~uint64_t{0}, random.next()}) {
            trying("CSR", number);
            const uint32_t instruction = encode::csr(encode::CsrOp::rw, number, 0, 10);
            probe.begin(Mode::user).set(10, value).run(instruction);
            if (probe.completed()) {
                expect((number >> 8 & 3) == 0 && number >> 10 != 3, "works, and must not");
            } else {
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
    }
    expect_served();
}

}  // namespace guest

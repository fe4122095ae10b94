// Writes to every CSR number whose highest bits say that it can only be read.
// tries: HOSTILE 24; CHECKLIST 2, 9
// answer: an illegal instruction with its bits in stval
// beats: 60
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (uint32_t number = 0xc00; number < 0x1000; ++number) {
            for (const encode::CsrOp op : {encode::CsrOp::rw, encode::CsrOp::rs, encode::CsrOp::rc}) {
                trying("CSR", number);
                const uint32_t instruction = encode::csr(op, number, 10, 11);
                probe.begin(mode).run(instruction);
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
    }
    expect_served();
}

}  // namespace guest

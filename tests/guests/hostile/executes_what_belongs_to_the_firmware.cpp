// mret, and every CSR of machine mode and of its memory protection, from VS and VU.
// tries: HOSTILE 24; CHECKLIST 2
// answer: an illegal instruction with its bits in stval, which its own handler gets
// beats: 40
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        trying("mret");
        probe.begin(mode).run(encode::mret);
        // QEMU gives the bits of another instruction for it.
        expect(probe.trapped_as(Exception::illegal_instruction), "mret is not illegal");
        for (const uint32_t base : {0x300U, 0x700U, 0xb00U, 0xf00U}) {
            for (uint32_t number = base; number < base + 0x100; ++number) {
                trying("CSR", number);
                const uint32_t instruction = encode::csr(encode::CsrOp::rw, number, 10, 11);
                probe.begin(mode).run(instruction);
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
    }
    expect_served();
}

}  // namespace guest

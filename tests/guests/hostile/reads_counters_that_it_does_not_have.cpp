// Every counter, from VS, and from VU with each bit of scounteren alone.
// tries: HOSTILE 23, 32; CHECKLIST 44
// answer: a value, or an illegal instruction with its bits; a user has those that its supervisor opened, at most
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    uint32_t there = 0;
    for (unsigned n = 0; n < 32; ++n) {
        trying("counter", n);
        const uint32_t instruction = encode::csr(encode::CsrOp::rs, 0xc00 + n, 10, 0);
        probe.begin().run(instruction);
        if (probe.completed()) {
            there |= 1U << n;
        } else {
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
    }
    expect((there & 2) != 0, "no time");
    for (unsigned open = 0; open <= 32; ++open) {
        GUEST_CSR_WRITE(scounteren, open == 32 ? 0 : uint64_t{1} << open);
        for (unsigned n = 0; n < 32; ++n) {
            trying("open and counter", uint64_t{open} << 8 | n);
            const uint32_t instruction = encode::csr(encode::CsrOp::rs, 0xc00 + n, 10, 0);
            probe.begin(Mode::user).run(instruction);
            if (n == open && (there >> n & 1) != 0) {
                probe.expect_completed(10);
            } else {
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
    }
    expect_served();
}

}  // namespace guest

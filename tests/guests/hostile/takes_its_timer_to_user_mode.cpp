// stimecmp and every supervisor's interrupt CSR from VU, and stimecmp from VS with all of its counters shut.
// tries: HOSTILE 23, 28; CHECKLIST 10, 44, 46
// answer: illegal from VU; from VS its own timer where its tree has Sstc, and illegal where not
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(scounteren, 0);
    const uint32_t timer = static_cast<uint32_t>(Csr::stimecmp);
    for (unsigned i = 0; i < 500; ++i) {
        for (const uint32_t number : {timer, 0x104U, 0x144U, 0x15cU, 0xdb0U}) {
            trying("CSR", number);
            const uint32_t instruction = encode::csr(encode::CsrOp::rw, number, 10, 11);
            probe.begin(Mode::user).set(11, 0).run(instruction);
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
        probe.begin().set(11, UINT64_MAX).run(encode::csr(encode::CsrOp::rw, timer, 0, 11));
        expect(probe.completed() == has_extension("sstc"), "stimecmp is not as the tree says");
    }
    expect_served();
}

}  // namespace guest

// Traps of a user whose supervisor has no stack, no thread pointer and an sscratch of nonsense, over and over.
// tries: HOSTILE 39; CHECKLIST 3, 6, 54
// answer: the hypervisor does not look at any of them: each trap has its cause and its address
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    for (const uint64_t nonsense : boundaries) {
        for (const Mode mode : {Mode::supervisor, Mode::user}) {
            trying("stack", nonsense);
            for (const uint64_t address : {hole, uint64_t{0}}) {
                probe.begin(mode).set(2, nonsense).set(3, nonsense).set(4, nonsense).set(11, address);
                probe.run(encode::load(encode::Load::ld, 10, 11));
                probe.expect_trap(Exception::load_access_fault, address);
                probe.begin(mode).set(2, nonsense).set(3, nonsense).set(4, nonsense).set(11, address);
                probe.run(encode::store(encode::Store::sd, 2, 11));
                probe.expect_trap(Exception::store_access_fault, address);
            }
            probe.begin(mode).set(2, nonsense).set(4, nonsense).run(encode::csr(encode::CsrOp::rs, 0x680, 2, 0));
            expect(probe.trapped_as(Exception::illegal_instruction), "hgatp is not illegal");
        }
        // A call with a stack of nonsense.
        probe.begin().set(2, nonsense).set(10, 0).set(16, 0).set(17, 0x10).run(encode::ecall);
        expect(probe.completed(), "a call that traps");
        expect_equal(probe.get(2), nonsense);
    }
    expect_served();
}

}  // namespace guest

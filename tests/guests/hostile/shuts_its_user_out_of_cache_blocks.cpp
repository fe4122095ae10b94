// Cache-block instructions in VU, with each value of the fields of senvcfg that allow them.
// tries: HOSTILE 11, 23; CHECKLIST 48
// answer: they work where senvcfg lets them and the tree names them, and are illegal where not
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

alignas(4096) constinit uint64_t block[512] = {};

void expect_block(uint32_t kind, bool works)
{
    const uint32_t instruction = kind << 20 | 11 << 15 | 2 << 12 | 0x0f;
    probe.begin(Mode::user).set(11, reinterpret_cast<uintptr_t>(block)).run(instruction);
    if (works) {
        probe.expect_completed();
    } else {
        probe.expect_trap(Exception::illegal_instruction, instruction);
    }
}

}  // namespace

void attack()
{
    const bool zicbom = has_extension("zicbom");
    const bool zicboz = has_extension("zicboz");
    for (uint64_t fields = 0; fields < 16; ++fields) {
        if ((fields & 3) == 2) {
            continue;  // CBIE is reserved there
        }
        GUEST_CSR_WRITE(senvcfg, fields << 4);
        trying("fields", fields);
        expect_block(2, zicbom && (fields & 4) != 0);  // cbo.flush: CBCFE
        expect_block(1, zicbom && (fields & 4) != 0);  // cbo.clean: CBCFE
        expect_block(4, zicboz && (fields & 8) != 0);  // cbo.zero: CBZE
        expect_block(0, zicbom && (fields & 3) != 0);  // cbo.inval: CBIE
    }
    GUEST_CSR_WRITE(senvcfg, 0);
    expect_served();
}

}  // namespace guest

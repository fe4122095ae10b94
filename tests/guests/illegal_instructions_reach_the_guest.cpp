// Illegal instructions, from VS and VU, reach the guest's handler with the bits of the instruction in stval.
// CHECKLIST 2, 6; HOSTILE 24, 39.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

void try_all(Mode mode)
{
    constexpr uint32_t illegal[] = {
        0x0000,                                         // defined to be illegal
        0xffff'ffff,                                    // likewise, of 4 bytes here
        0x0000'0057 | 0x7000 | 1U << 31 | 0x3fU << 25,  // vsetvl with a reserved funct7
        encode::csr(encode::CsrOp::rs, 0x300, 10, 0),   // mstatus
        encode::csr(encode::CsrOp::rs, 0x3a0, 10, 0),   // pmpcfg0
        encode::csr(encode::CsrOp::rs, 0x5ff, 10, 0),   // none
        encode::csr(encode::CsrOp::rw, 0xc01, 0, 10),   // writes time, which is read-only
        encode::csr(encode::CsrOp::rw, 0xf14, 0, 10),   // writes mhartid
        0x0000'0073 | 0x7ffU << 20,                     // a SYSTEM instruction that is none
    };
    for (const uint32_t instruction : illegal) {
        trying("instruction", instruction);
        for (const bool interrupts : {false, true}) {
            probe.begin(mode).with_interrupts(interrupts).run(instruction);
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
    }
    // QEMU 10 leaves the bits of another instruction in stval for this one.
    probe.begin(mode).run(encode::mret);
    expect(probe.trapped_as(Exception::illegal_instruction), "mret is not illegal");
}

}  // namespace

void scenario()
{
    try_all(Mode::supervisor);
    try_all(Mode::user);
    turn_paging_on();
    try_all(Mode::supervisor);
    try_all(Mode::user);
}

}  // namespace guest

// Breakpoints of both lengths from VS and VU, and calls from VU, reach the guest's handler and nobody else's.
// CHECKLIST 2, 6; HOSTILE 39.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

// [priv] stval of a breakpoint: the address of the instruction, or zero.
void expect_breakpoint()
{
    expect(probe.trapped_as(Exception::breakpoint), "is no breakpoint");
    expect_equal(probe.state().sepc, probe.pc());
    expect(probe.state().stval == 0 || probe.state().stval == probe.pc(), "stval is something else");
}

void try_all()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        trying("mode", static_cast<uint64_t>(mode));
        for (const uint32_t instruction : {encode::ebreak, encode::c_ebreak}) {
            probe.begin(mode).with_interrupts(true).run(instruction);
            expect_breakpoint();
        }
    }
    probe.begin(Mode::user).run(encode::ecall);
    probe.expect_trap(Exception::call_from_u_mode, 0);
    // A call from VU is no SBI call, whatever its registers hold: here, shutdown.
    probe.begin(Mode::user).set(17, static_cast<uint64_t>(sbi::Extension::system_reset)).set(16, 0).set(10, 0);
    probe.set(11, 0).run(encode::ecall);
    probe.expect_trap(Exception::call_from_u_mode, 0);
}

}  // namespace

void scenario()
{
    try_all();
    turn_paging_on();
    try_all();
}

}  // namespace guest

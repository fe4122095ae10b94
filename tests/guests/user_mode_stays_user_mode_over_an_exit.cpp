// Code in VU that loads from a device goes on in VU, with SUM, MXR and the guest's own address space in force.
// CHECKLIST 7, 17.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;

constexpr uint64_t scratch = uart_base + 7;
constexpr uint32_t read_sstatus = encode::csr(encode::CsrOp::rs, 0x100, 10, 0);

}  // namespace

void scenario()
{
    turn_paging_on();
    uart(SerialRegister::scratch) = 0x21;
    for (const uint64_t bits : {uint64_t{0}, Sstatus::sum.mask, Sstatus::mxr.mask}) {
        trying("sstatus bits", bits);
        // The load exits; the next instruction is VU's no more.
        probe.begin(Mode::user).with_status(bits).set(11, user_devices + scratch);
        probe.run({encode::load(Load::lbu, 12, 11), read_sstatus});
        expect(probe.trapped_as(Exception::illegal_instruction), "sstatus can be read");
        expect_equal(probe.state().sepc, probe.pc() + 4);
        expect_equal(probe.get(12), 0x21);
        expect_equal(probe.state().sstatus & Sstatus::spp.mask, 0);
        // A device that is VS's own is a page fault to VU, and no exit.
        probe.begin(Mode::user).with_status(bits).set(11, scratch).run(encode::load(Load::lbu, 12, 11));
        probe.expect_trap(Exception::load_page_fault, scratch);
        // And the other way round, but with SUM.
        probe.begin().with_status(bits).set(11, user_devices + scratch).run(encode::load(Load::lbu, 12, 11));
        if (bits == Sstatus::sum.mask) {
            probe.expect_completed(12);
        } else {
            probe.expect_trap(Exception::load_page_fault, user_devices + scratch);
        }
        // VS stays VS.
        probe.begin().with_status(bits).set(11, scratch).run({encode::load(Load::lbu, 12, 11), read_sstatus});
        expect(probe.completed(), "sstatus cannot be read");
    }
}

}  // namespace guest

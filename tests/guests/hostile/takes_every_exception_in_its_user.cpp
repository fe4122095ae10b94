// Every exception that a user program can cause, one after the other, without and with page tables.
// tries: HOSTILE 39; CHECKLIST 2, 3, 6
// answer: each reaches its supervisor with its cause and address, and SPP says user
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    for (const bool paging : {false, true}) {
        if (paging) {
            turn_paging_on();
        } else {
            expect_access_faults(Mode::user, hole);
        }
        trying(paging ? "with page tables" : "without page tables");
        probe.begin(Mode::user).run(encode::ecall);
        probe.expect_trap(Exception::call_from_u_mode, 0);
        probe.begin(Mode::user).with_interrupts(true).run(encode::ecall);
        probe.expect_trap(Exception::call_from_u_mode, 0);
        for (const uint32_t privileged : {encode::sret, encode::mret, encode::system(0x09, 0, 0)}) {
            probe.begin(Mode::user).run(privileged);
            expect(probe.trapped_as(Exception::illegal_instruction), "is not illegal for a user");
        }
        probe.begin(Mode::user).run(encode::csr(encode::CsrOp::rs, 0x100, 10, 0));
        expect(probe.trapped_as(Exception::illegal_instruction), "sstatus is not illegal for a user");
        probe.begin(Mode::user).run(encode::ebreak);
        expect(probe.trapped_as(Exception::breakpoint), "ebreak is no breakpoint");
    }
    expect_page_faults(Mode::user, free_pages + 0x8000);
    expect_page_faults(Mode::user, 0x8020'0000);  // its supervisor's
    turn_paging_off();
    expect_served();
}

}  // namespace guest

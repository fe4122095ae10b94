// Every exception that a supervisor can cause on its own, one after the other.
// tries: HOSTILE 39; CHECKLIST 2, 3
// answer: each reaches its own handler with its cause, its address and its mode
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    static constinit uint64_t word = 0;
    const uint64_t ram = reinterpret_cast<uintptr_t>(&word);
    probe.begin().run_at(hole);
    probe.expect_trap(Exception::instruction_access_fault, hole);
    probe.begin().run(0xffff'ffffU);
    expect(probe.trapped_as(Exception::illegal_instruction), "all ones is no illegal instruction");
    probe.begin().run(0);
    expect(probe.trapped_as(Exception::illegal_instruction), "all zeros is no illegal instruction");
    probe.begin().run(encode::ebreak);
    expect(probe.trapped_as(Exception::breakpoint), "ebreak is no breakpoint");
    probe.begin().set(11, ram + 1).run(encode::atomic(encode::Atomic::lr, 3, 10, 11, 0));
    expect(probe.trapped_as(Exception::load_address_misaligned) || probe.trapped_as(Exception::load_access_fault),
           "a misaligned lr is neither misaligned nor refused");
    expect_access_faults(Mode::supervisor, hole);
    turn_paging_on();
    expect_page_faults(Mode::supervisor, free_pages + 0x123'4000);
    // A supervisor may not run its users' pages, nor read them without SUM.
    probe.begin().run_at(user_ram + 0x20'0000);
    probe.expect_trap(Exception::instruction_page_fault, user_ram + 0x20'0000);
    probe.begin().set(11, user_ram).run(encode::load(encode::Load::ld, 10, 11));
    probe.expect_trap(Exception::load_page_fault, user_ram);
    turn_paging_off();
    expect_served();
}

}  // namespace guest

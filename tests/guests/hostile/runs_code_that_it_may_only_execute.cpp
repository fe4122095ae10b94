// A device access by code on a page that may be executed, and not read.
// tries: HOSTILE 12; CHECKLIST 15, 16
// answer: the access is done, or is an access fault where the machine cannot read the instruction; never more
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    auto* const code = reinterpret_cast<volatile uint32_t*>(Probe::area());
    for (const uint32_t instruction :
         {encode::load(encode::Load::lw, 10, 11), encode::atomic(encode::Atomic::add, 2, 10, 11, 12),
          encode::store(encode::Store::sw, 0, 11), encode::fload(2, 10, 11)}) {
        trying("instruction", instruction);
        code[0] = instruction;
        code[1] = encode::ebreak;
        asm volatile("fence.i" : : : "memory");
        map_page(free_pages, Probe::area(), pte_x);
        probe.begin().with_status(0x2000).set(11, plic_threshold(0)).run_at(free_pages);
        expect(probe.trapped_as(Exception::breakpoint) || probe.trapped_as(Exception::load_access_fault) ||
                   probe.trapped_as(Exception::store_access_fault),
               "another trap");
        expect_equal(probe.state().stval,
                     probe.trapped_as(Exception::breakpoint) ? probe.state().stval : plic_threshold(0));
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

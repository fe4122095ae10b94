// A long instruction whose second half is behind its RAM, on a page in a hole, a device, or unmapped.
// tries: HOSTILE 14; CHECKLIST 15, 16
// answer: a fault of the fetch at the second page, with sepc at the start of the instruction
#include "devices.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    const uint64_t last = ram_end() - 2;
    const auto put = [](uint64_t at) {
        *reinterpret_cast<volatile uint16_t*>(at) = 0x2503;  // the first half of lw a0, 0(a0)
        asm volatile("fence.i" : : : "memory");
    };
    put(last);
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        trying("behind RAM");
        probe.begin(mode).run_at(last);
        expect(probe.trapped_as(Exception::instruction_access_fault), "another trap");
        expect_equal(probe.state().sepc, last);
        expect_equal(probe.state().stval, ram_end());
    }
    turn_paging_on();
    put(Probe::area() + 4094);
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        const uint64_t flags = pte_rwx | (mode == Mode::user ? pte_u : 0);
        map_page(free_pages, Probe::area(), flags);
        for (const uint64_t second : {uint64_t{0}, hole, plic_base, uart_base, ram_end(), uint64_t{1} << 41}) {
            trying("second page at", second);
            map_page(free_pages + 4096, second, second == 0 ? 0 : flags);
            probe.begin(mode).run_at(free_pages + 4094);
            expect(probe.trapped_as(second == 0 ? Exception::instruction_page_fault
                                                : Exception::instruction_access_fault),
                   "another trap");
            expect_equal(probe.state().sepc, free_pages + 4094);
            expect_equal(probe.state().stval, free_pages + 4096);
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

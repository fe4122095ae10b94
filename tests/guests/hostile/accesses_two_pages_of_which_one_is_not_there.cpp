// Misaligned accesses over two pages, the second unmapped, in a hole, or a device.
// tries: HOSTILE 6; CHECKLIST 2, 21
// answer: its own page fault, or an access fault, at the part that fails
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

/// What a fault of the second page may be.
void expect_fault_behind(uint64_t address, Exception page_fault, Exception access_fault, Exception misaligned)
{
    expect(probe.trapped_as(page_fault) || probe.trapped_as(access_fault) || probe.trapped_as(misaligned),
           "is no fault");
    expect(probe.state().stval >= address && probe.state().stval < address + 8, "stval is elsewhere");
}

}  // namespace

void attack()
{
    turn_paging_on();
    constexpr uint64_t edge = free_pages + 4096;
    map_page(free_pages, Probe::area() + 4096, pte_rw);
    for (const uint64_t second : {uint64_t{0}, hole, plic_base, uart_base}) {
        map_page(edge, second, second == 0 ? 0 : pte_rw);
        for (uint64_t before = 1; before < 8; ++before) {
            const uint64_t address = edge - before;
            trying("second page at", second);
            probe.begin().set(11, address).run(encode::load(encode::Load::ld, 10, 11));
            expect_fault_behind(address, Exception::load_page_fault, Exception::load_access_fault,
                                Exception::load_address_misaligned);
            expect_equal(probe.get(10), Probe::pattern(10));
            probe.begin().set(11, address).run(encode::store(encode::Store::sd, 10, 11));
            expect_fault_behind(address, Exception::store_page_fault, Exception::store_access_fault,
                                Exception::store_address_misaligned);
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

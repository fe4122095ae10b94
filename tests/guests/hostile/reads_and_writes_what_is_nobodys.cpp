// Loads, stores, atomics and fetches at addresses of nobody, from VS and VU, without and with page tables.
// tries: HOSTILE 1, 2, 5; CHECKLIST 25, 26
// answer: an access fault of the access's kind, with the guest's own address in stval
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    for (const Nowhere& place : nowhere) {
        trying(place.what, place.address);
        expect_access_faults(Mode::supervisor, place.address + 0x128);
        expect_access_faults(Mode::user, place.address + 0x128);
    }
    turn_paging_on();
    for (const Nowhere& place : nowhere) {
        trying(place.what, place.address);
        map_page(free_pages, place.address, pte_rwx);
        expect_access_faults(Mode::supervisor, free_pages + 0x128);
        map_page(free_pages, place.address, pte_rwx | pte_u);
        expect_access_faults(Mode::user, free_pages + 0x128);
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

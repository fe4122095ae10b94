// A page of its own mapped to each of the 44 bits of a physical page number.
// tries: HOSTILE 5; CHECKLIST 13, 25, 28
// answer: an access fault with the virtual address, wherever that is neither RAM nor a device of its own
#include "devices.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    for (unsigned n = 12; n < 56; ++n) {
        for (const uint64_t to : {uint64_t{1} << n, ram_start() ^ uint64_t{1} << n}) {
            const bool device = to >= plic_base && to < uart_base + 4096;
            if ((to >= ram_start() && to < ram_end()) || device) {
                continue;
            }
            trying("mapped to", to);
            map_page(free_pages, to, pte_rwx);
            expect_access_faults(Mode::supervisor, free_pages + 0xff8);
            map_page(free_pages, to, pte_rwx | pte_u);
            expect_access_faults(Mode::user, free_pages + 0xff8);
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// Jumps to thousands of random addresses, from VS and VU, without and with page tables.
// tries: HOSTILE 1, 13; CHECKLIST 3
// answer: an instruction access fault, or a page fault where its own tables say so, at the address it jumped to
// beats: 40
#include "hostile.hpp"
#include "pages.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    Random random{0x6a756d70};
    for (const bool paging : {false, true}) {
        if (paging) {
            turn_paging_on();
        }
        for (unsigned i = 0; i < 4000; ++i) {
            uint64_t to = random.next() >> random.below(40) & ~uint64_t{1};
            // Not what is really there: its RAM, and the second view of it.
            if ((to >= ram_start() && to < ram_end()) || (paging && to >= user_ram && to < free_pages)) {
                to ^= uint64_t{1} << 45;
            }
            trying(paging ? "with page tables, to" : "to", to);
            probe.begin(i % 2 == 0 ? Mode::supervisor : Mode::user).run_at(to);
            if (!paging || probe.trapped_as(Exception::instruction_access_fault)) {
                probe.expect_trap(Exception::instruction_access_fault, to);
            } else {
                probe.expect_trap(Exception::instruction_page_fault, to);
            }
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

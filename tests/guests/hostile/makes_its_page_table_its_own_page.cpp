// A root table with an entry that is the root table again, walked around and around.
// tries: HOSTILE 3
// answer: a walk has three steps: it reads the table as a page, or takes a page fault of its own
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    const uint64_t root = (satp_of_pages() & 0xfff'ffff'ffff) << 12;
    auto* const entries = reinterpret_cast<volatile uint64_t*>(root);
    constexpr uint64_t slot = 300;  // the upper half: addresses have their sign extended
    entries[slot] = table_at(root);
    fence_pages();
    const uint64_t around = ~uint64_t{0} << 39 | slot << 30 | slot << 21 | slot << 12;
    trying("around", around);
    expect_page_faults(Mode::supervisor, around + 8 * slot);
    expect_page_faults(Mode::user, around + 8 * slot);
    // With R and W it is a leaf at the first step: not aligned for a gigabyte.
    entries[slot] = leaf(root, pte_rw);
    fence_pages();
    expect_page_faults(Mode::supervisor, around);
    entries[slot] = 0;
    turn_paging_off();
    expect_served();
}

}  // namespace guest

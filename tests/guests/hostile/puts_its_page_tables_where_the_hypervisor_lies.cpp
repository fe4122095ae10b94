// Page tables at the machine's own addresses of firmware, hypervisor, heap and neighbour.
// tries: HOSTILE 2, 3; CHECKLIST 20, 28
// answer: an access fault of the kind of the access that began the walk, with the virtual address
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    constexpr uint64_t at = free_pages + 0x4000'0000;
    for (const uint64_t place :
         {uint64_t{0x8100'0000}, uint64_t{0x8200'0000}, uint64_t{0x8420'0000}, uint64_t{0x8440'0000},
          uint64_t{0x8540'0000}, uint64_t{0x8700'0000}, uint64_t{0x87ff'f000}}) {
        for (const unsigned level : {1U, 2U}) {
            trying(level == 1 ? "last table at" : "middle table at", place);
            const uint64_t before = entry_of(at, level);
            entry_of(at, level) = table_at(place);
            fence_pages();
            expect_access_faults(Mode::supervisor, at + 0x128);
            expect_access_faults(Mode::user, at + 0x128);
            entry_of(at, level) = before;
            fence_pages();
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

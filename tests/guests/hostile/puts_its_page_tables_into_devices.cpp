// Page tables that lie in the UART and in every part of the PLIC.
// tries: HOSTILE 3; CHECKLIST 20, 28
// answer: an access fault of the kind of the access that began the walk, with the virtual address
#include "devices.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    constexpr uint64_t at = free_pages + 0x4000'0000;
    for (const uint64_t place : {uart_base, plic_base, plic_base + 0x1000, plic_base + 0x2000,
                                 plic_base + 0x20'0000, plic_base + 0x20'1000, plic_base + 0x3ff'f000}) {
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

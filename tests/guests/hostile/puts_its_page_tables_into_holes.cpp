// Page tables at every address that is nobody's, and at every bit of an entry's page number.
// tries: HOSTILE 3, 5; CHECKLIST 20, 25, 28
// answer: an access fault of the kind of the access that began the walk, with the virtual address
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

void try_table(uint64_t place)
{
    constexpr uint64_t at = free_pages + 0x4000'0000;
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

}  // namespace

void attack()
{
    turn_paging_on();
    for (const Nowhere& place : nowhere) {
        try_table(place.address);
    }
    for (unsigned n = 31; n < 56; ++n) {
        try_table(uint64_t{1} << n ^ (n == 31 ? uint64_t{1} << 37 : 0));
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// Writes satp with each of the modes that are reserved, with page numbers of nobody.
// tries: HOSTILE 25
// answer: a write with a mode that there is not changes nothing at all
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    for (uint64_t mode = 1; mode < 16; ++mode) {
        if (mode >= 8 && mode <= 10) {
            continue;  // Sv39 to Sv57
        }
        trying("mode", mode);
        GUEST_CSR_WRITE(satp, mode << 60 | 0xffff'ffff'ffff);
        expect_equal(GUEST_CSR_READ(satp), 0);
        expect_access_faults(Mode::supervisor, hole);
    }
    turn_paging_on();
    const uint64_t good = GUEST_CSR_READ(satp);
    for (const uint64_t mode : {1U, 7U, 11U, 14U, 15U}) {
        trying("with paging, mode", mode);
        GUEST_CSR_WRITE(satp, mode << 60);
        expect_equal(GUEST_CSR_READ(satp), good);
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

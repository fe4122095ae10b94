// Maps every address space's number to a page, uses them, and reboots; then looks with other tables, each time.
// tries: HOSTILE 31, 36; CHECKLIST 33, 34, 69
// answer: no translation of the life before is left, though its VMID and its numbers are the same
// ends: never
// beats: 60
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

struct alignas(4096) Page {
    volatile uint64_t words[512];
};
constinit Page pages[16] = {};
constinit volatile uint64_t marker = 0;

}  // namespace

void attack()
{
    expect_equal(marker, 0);
    marker = 1;
    turn_paging_on();
    // The page of a life goes by the time, so that the next one's is another.
    const uint64_t life = now() / 64 % 16;
    pages[life].words[0] = 0x11fe'0000 + life;
    map_page(free_pages, reinterpret_cast<uintptr_t>(pages[life].words), pte_rw);
    for (uint64_t asid = 0; asid < 64; ++asid) {
        GUEST_CSR_WRITE(satp, satp_of_pages(static_cast<uint16_t>(asid)));
        trying("address space", asid);
        // With no fence: a new life has nothing to fence.
        expect_equal(*reinterpret_cast<volatile uint64_t*>(free_pages), 0x11fe'0000 + life);
    }
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 1, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

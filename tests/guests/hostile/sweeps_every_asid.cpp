// One address with another page and another value under each of 16,384 address-space numbers, there and back.
// tries: HOSTILE 31; CHECKLIST 33, 37
// answer: each number has its own page's value, and none has another guest's
// beats: 40
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

struct alignas(4096) Page {
    volatile uint64_t words[512];
};
constinit Page pages[8] = {};

}  // namespace

void attack()
{
    turn_paging_on();
    uint64_t most = 0xffff;
    GUEST_CSR_WRITE(satp, satp_of_pages(0xffff));
    most = GUEST_CSR_READ(satp) >> 44 & 0xffff;
    for (uint64_t n = 0; n < 8; ++n) {
        pages[n].words[0] = 0x5a5a'0000 + n;
    }
    for (uint64_t asid = 0; asid < 16'384; ++asid) {
        const uint64_t mine = asid % 8;
        entry_of(free_pages, 0) = leaf(reinterpret_cast<uintptr_t>(pages[mine].words), pte_rw);
        GUEST_CSR_WRITE(satp, satp_of_pages(static_cast<uint16_t>(asid * 4 & most)));
        asm volatile("sfence.vma x0, %0" : : "r"(asid * 4 & most) : "memory");
        trying("address space", asid * 4 & most);
        if (!expect_equal(*reinterpret_cast<volatile uint64_t*>(free_pages), 0x5a5a'0000 + mine)) {
            break;
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// Page-table entries with reserved bits, with W and no R, and leaves that are not aligned.
// tries: HOSTILE 3; CHECKLIST 2
// answer: page faults of its own, and never an access
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    constexpr uint64_t at = free_pages + 0x4000'0000;
    const uint64_t good = leaf(Probe::area(), pte_rwx);
    // [priv] Sv39: bits 60 to 54 are reserved; so are N and PBMT where Svnapot and Svpbmt are not there.
    for (unsigned n = 54; n < 61; ++n) {
        trying("bit", n);
        entry_of(at, 0) = good | uint64_t{1} << n;
        fence_pages();
        expect_page_faults(Mode::supervisor, at + 8);
    }
    trying("W without R");
    for (const uint64_t flags : {pte_w, pte_w | pte_x}) {
        entry_of(at, 0) = leaf(Probe::area(), flags);
        fence_pages();
        probe.begin().set(11, at).run(encode::load(encode::Load::ld, 10, 11));
        probe.expect_trap(Exception::load_page_fault, at);
    }
    trying("a table where a page must be");
    entry_of(at, 0) = table_at(Probe::area());
    fence_pages();
    expect_page_faults(Mode::supervisor, at);
    trying("a large page that is not aligned");
    constexpr uint64_t large = free_pages + 0x8000'0000;
    entry_of(large, 1) = leaf(0x8000'1000, pte_rwx);
    entry_of(large + 0x4000'0000, 2) = leaf(0x8020'0000, pte_rwx);
    fence_pages();
    expect_page_faults(Mode::supervisor, large + 16);
    expect_page_faults(Mode::supervisor, large + 0x4000'0010);
    turn_paging_off();
    expect_served();
}

}  // namespace guest

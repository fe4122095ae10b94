// Fences of ranges that wrap, of size 0 and -1, with ASIDs that there are not.
// tries: HOSTILE 21; CHECKLIST 63
// answer: a flush of that much or more, or -5; and the call comes back
// beats: 60
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    map_page(free_pages, Probe::area(), pte_rw);
    auto* const page = reinterpret_cast<volatile uint64_t*>(free_pages);
    page[0] = 0x1111;
    reinterpret_cast<volatile uint64_t*>(Probe::area() + 4096)[0] = 0x2222;
    for (const uint64_t start : boundaries) {
        for (const uint64_t size : boundaries) {
            for (uint64_t function = 1; function < 3; ++function) {
                trying("size", size);
                const SbiResult result = sbi_call_raw(static_cast<uint64_t>(sbi::Extension::remote_fence), function,
                                                      1, 0, start, size, size ^ start);
                expect(result.is(sbi::Error::success) || result.is(sbi::Error::invalid_address), "another answer");
            }
        }
    }
    // What it was asked to forget, it has forgotten.
    entry_of(free_pages, 0) = leaf(Probe::area() + 4096, pte_rw);
    expect_error(sbi_call(sbi::Extension::remote_fence, sbi::RemoteFence::sfence_vma, 1, 0, 0, UINT64_MAX),
                 sbi::Error::success);
    expect_equal(page[0], 0x2222);
    turn_paging_off();
    expect_served();
}

}  // namespace guest

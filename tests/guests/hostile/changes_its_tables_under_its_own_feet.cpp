// satp switched between 64 root tables, none of them fenced, with device accesses and faults between.
// tries: HOSTILE 12, 31; CHECKLIST 15, 33, 37
// answer: each access is by the old table or the new one, all of them its own
// beats: 40
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

alignas(4096) constinit volatile uint32_t values[1024] = {0x600d};

}  // namespace

void attack()
{
    turn_paging_on();
    map_page(free_pages, reinterpret_cast<uintptr_t>(values), pte_rw);
    for (unsigned i = 0; i < 8'000; ++i) {
        trying("round", i);
        uint64_t& entry = entry_of(free_pages, 0);
        const uint64_t to[] = {reinterpret_cast<uintptr_t>(values), hole, plic_base + 0x20'1000, 0};
        entry = i % 4 == 3 ? 0 : leaf(to[i % 4], pte_rw);
        GUEST_CSR_WRITE(satp, satp_of_pages(static_cast<uint16_t>(i % 64)));
        probe.begin().set(11, free_pages).run(encode::load(encode::Load::lw, 10, 11));
        expect(probe.completed() || probe.trapped_as(Exception::load_access_fault) ||
                   probe.trapped_as(Exception::load_page_fault),
               "traps as something else");
        if (probe.completed()) {
            expect(probe.get(10) == 0x600d || probe.get(10) == 0, "a value of nobody");
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

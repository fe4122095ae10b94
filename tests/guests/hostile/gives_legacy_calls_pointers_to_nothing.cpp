// The legacy calls, whose hart masks are pointers, with pointers to nobody's memory.
// tries: HOSTILE 15; CHECKLIST 55
// answer: a fault of a load of its own at the pointer, or -2 where there are no legacy calls
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    for (uint64_t call = 4; call < 8; ++call) {
        for (const Nowhere& place : nowhere) {
            trying(place.what, call);
            probe.begin().set(17, call).set(10, place.address).run(encode::ecall);
            if (probe.completed()) {
                // A null pointer stands for all harts.
                expect_equal(probe.get(10),
                             place.address == 0 ? 0 : static_cast<uint64_t>(sbi::Error::not_supported));
            } else {
                probe.expect_trap(Exception::load_access_fault, place.address);
            }
        }
    }
    turn_paging_on();
    for (uint64_t call = 4; call < 8; ++call) {
        for (const uint64_t pointer : {free_pages, user_ram, ~uint64_t{7}, uint64_t{1} << 63, free_pages - 4}) {
            trying("with page tables", pointer);
            probe.begin().set(17, call).set(10, pointer).run(encode::ecall);
            expect(probe.completed() || probe.trapped_as(Exception::load_page_fault), "another trap");
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

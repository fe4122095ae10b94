// 20,000 page faults of its own, each at another page, mapped and unmapped as they come.
// tries: HOSTILE 37; CHECKLIST 2, 37
// answer: they are its own: the hypervisor is not entered for them, and its tables do not grow
// beats: 60
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

constexpr uint64_t ram_page = 0x8080'0000;

}  // namespace

void attack()
{
    turn_paging_on();
    uint64_t& root = entry_of(free_pages, 0);
    for (unsigned i = 0; i < 20'000; ++i) {
        trying("fault", i);
        probe.begin().set(11, free_pages + i % 512 * 8).run(encode::load(encode::Load::ld, 10, 11));
        if (!expect(probe.trapped_as(Exception::load_page_fault) == (root == 0), "not as it is mapped")) {
            break;
        }
        root = root == 0 ? leaf(ram_page + i % 1024 * 4096, pte_rw) : 0;
        fence_pages();
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// One hart accesses the PLIC while another changes the page-table entry of the page that the access is on.
// tries: HOSTILE 12; CHECKLIST 15, 16
// answer: each access is done, made again, or is an access fault; never anything else
// harts: 2
// time: real, harts that change what another executes do so at the same time
#include "devices.hpp"
#include "encode.hpp"
#include "harts.hpp"
#include "hostile.hpp"
#include "pages.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<bool> over = false;

void change(uint64_t)
{
    for (unsigned n = 0; !over; ++n) {
        entry_of(free_pages, 0) = leaf(n % 2 == 0 ? Probe::area() : hole, pte_rwx);
        fence_pages();
    }
}

}  // namespace

void attack()
{
    turn_paging_on();
    auto* const code = reinterpret_cast<volatile uint32_t*>(Probe::area());
    code[0] = encode::load(encode::Load::lw, 10, 11);
    code[1] = encode::ebreak;
    map_page(free_pages, Probe::area(), pte_rwx);
    start_other_harts(change);
    for (unsigned i = 0; i < 5000; ++i) {
        asm volatile("fence.i" : : : "memory");
        fence_pages();
        probe.begin().set(11, plic_threshold(0)).run_at(free_pages);
        expect(probe.trapped_as(Exception::breakpoint) || probe.trapped_as(Exception::load_access_fault) ||
                   probe.trapped_as(Exception::store_access_fault) ||
                   probe.trapped_as(Exception::instruction_access_fault),
               "another trap");
    }
    over = true;
    turn_paging_off();
    wait_for_others_to_stop();
    expect_served();
}

}  // namespace guest

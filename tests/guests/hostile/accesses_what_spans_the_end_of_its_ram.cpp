// Misaligned accesses with one part in its RAM and the other in nothing, at both ends of it.
// tries: HOSTILE 6; CHECKLIST 3
// answer: a misaligned or access fault with the address of the access or of the part that fails
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "tree.hpp"

namespace guest {
namespace {

void try_edge(Mode mode, uint64_t edge)
{
    for (uint64_t before = 1; before < 8; ++before) {
        const uint64_t address = edge - before;
        trying("address", address);
        probe.begin(mode).set(11, address).run(encode::load(encode::Load::ld, 10, 11));
        expect(probe.trapped_as(Exception::load_access_fault) ||
                   probe.trapped_as(Exception::load_address_misaligned),
               "the load is no fault");
        expect(probe.state().stval >= address && probe.state().stval < address + 8, "stval is elsewhere");
        expect_equal(probe.get(10), Probe::pattern(10));
        probe.begin(mode).set(11, address).run(encode::store(encode::Store::sd, 10, 11));
        expect(probe.trapped_as(Exception::store_access_fault) ||
                   probe.trapped_as(Exception::store_address_misaligned),
               "the store is no fault");
        expect(probe.state().stval >= address && probe.state().stval < address + 8, "stval is elsewhere");
    }
}

}  // namespace

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        try_edge(mode, ram_start());
        try_edge(mode, ram_end());
    }
    turn_paging_on();
    try_edge(Mode::supervisor, ram_end());
    try_edge(Mode::user, ram_end() + user_shift());
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// Accesses that begin in a device and end behind it, and the other way round.
// tries: HOSTILE 6; CHECKLIST 21, 24
// answer: a misaligned or access fault; no register is read or written
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void try_edge(uint64_t edge, uint64_t before)
{
    const uint64_t address = edge - before;
    trying("address", address);
    for (const uint32_t load : {encode::load(encode::Load::ld, 10, 11), encode::load(encode::Load::lw, 10, 11),
                                encode::load(encode::Load::lhu, 10, 11)}) {
        probe.begin().set(11, address).run(load);
        // What lies within is aligned and of the device's width in no case but a word of the PLIC's end.
        if (!(probe.completed() && before >= 4)) {
            expect(probe.trapped_as(Exception::load_access_fault) ||
                       probe.trapped_as(Exception::load_address_misaligned),
                   "the load is no fault");
        }
    }
    probe.begin().set(11, address).run(encode::store(encode::Store::sd, 10, 11));
    expect(probe.trapped_as(Exception::store_access_fault) || probe.trapped_as(Exception::store_address_misaligned),
           "the store is no fault");
}

}  // namespace

void attack()
{
    for (const uint64_t edge : {plic_base, plic_base + 0x40'0000, plic_base + 0x60'0000, uart_base, uart_base + 8,
                                uart_base + 0x100, uart_base + 0x1000}) {
        for (uint64_t before = 1; before < 8; ++before) {
            try_edge(edge, before);
        }
    }
    expect_served();
}

}  // namespace guest

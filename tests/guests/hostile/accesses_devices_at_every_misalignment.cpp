// Every width at every offset that is not aligned for it, in the UART and the PLIC, from VS and VU.
// tries: HOSTILE 6; CHECKLIST 21
// answer: a misaligned or access fault at that address, or at the part that fails; never a register's value
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

void try_one(Mode mode, uint64_t address, unsigned width)
{
    constexpr encode::Load loads[] = {encode::Load::lb, encode::Load::lh, encode::Load::lw, encode::Load::ld};
    constexpr encode::Store stores[] = {encode::Store::sb, encode::Store::sh, encode::Store::sw, encode::Store::sd};
    trying("address", address);
    probe.begin(mode).set(11, address).run(encode::load(loads[width], 10, 11));
    expect(probe.trapped_as(Exception::load_access_fault) || probe.trapped_as(Exception::load_address_misaligned),
           "the load is no fault");
    expect(probe.state().stval >= address && probe.state().stval < address + 8, "stval is elsewhere");
    expect_equal(probe.get(10), Probe::pattern(10));
    probe.begin(mode).set(11, address).run(encode::store(stores[width], 0, 11));
    expect(probe.trapped_as(Exception::store_access_fault) || probe.trapped_as(Exception::store_address_misaligned),
           "the store is no fault");
    expect(probe.state().stval >= address && probe.state().stval < address + 8, "stval is elsewhere");
}

void attack_devices(Mode mode, uint64_t shift)
{
    for (const uint64_t base : {uart_base, plic_priority(1), plic_threshold(0), plic_claim(0) & ~7U}) {
        for (unsigned width = 1; width < 4; ++width) {
            for (uint64_t offset = 1; offset < 16; ++offset) {
                if (offset % (1U << width) != 0) {
                    try_one(mode, base + shift + offset, width);
                }
            }
        }
    }
}

}  // namespace

void attack()
{
    word_at(plic_threshold(0)) = 7;
    word_at(plic_priority(1)) = 3;
    attack_devices(Mode::supervisor, 0);
    attack_devices(Mode::user, 0);
    turn_paging_on();
    attack_devices(Mode::supervisor, 0);
    attack_devices(Mode::user, user_devices);
    turn_paging_off();
    expect_equal(word_at(plic_threshold(0)), 7);
    expect_equal(word_at(plic_priority(1)), 3);
    word_at(plic_threshold(0)) = 0;
    expect_served();
}

}  // namespace guest

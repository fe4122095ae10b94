// The PLIC's registers are 32 bits wide: every other width, and what is not aligned, is an access fault.
// CHECKLIST 21, 22, 24; HOSTILE 6, 7, 8.
// natively: no, QEMU makes wide accesses of narrow ones and the other way round.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;

void expect_load_fault(Mode mode, uint32_t instruction, unsigned base, uint64_t address)
{
    trying("load", instruction);
    probe.begin(mode).set(base, address).run(instruction);
    const bool aligned = address % 4 == 0;
    const bool misaligned = probe.trapped_as(Exception::load_address_misaligned) && !aligned;
    probe.expect_trap(misaligned ? Exception::load_address_misaligned : Exception::load_access_fault, address);
}

void expect_store_fault(Mode mode, uint32_t instruction, unsigned base, uint64_t address)
{
    trying("store", instruction);
    probe.begin(mode).set(base, address).run(instruction);
    const bool aligned = address % 4 == 0;
    const bool misaligned = probe.trapped_as(Exception::store_address_misaligned) && !aligned;
    probe.expect_trap(misaligned ? Exception::store_address_misaligned : Exception::store_access_fault, address);
}

void try_widths(Mode mode, uint64_t plic)
{
    const uint64_t threshold = plic + (plic_threshold(0) - plic_base);
    for (const Load kind : {Load::lb, Load::lbu, Load::lh, Load::lhu, Load::ld}) {
        expect_load_fault(mode, encode::load(kind, 10, 11), 11, threshold);
    }
    for (const Store kind : {Store::sb, Store::sh, Store::sd}) {
        expect_store_fault(mode, encode::store(kind, 10, 11), 11, threshold);
    }
    expect_load_fault(mode, encode::c_ld(9, 8, 0), 8, threshold);
    expect_store_fault(mode, encode::c_sd(9, 8, 0), 8, threshold);
    for (const uint64_t off : {1U, 2U, 3U}) {
        expect_load_fault(mode, encode::load(Load::lw, 10, 11), 11, threshold + off);
        expect_store_fault(mode, encode::store(Store::sw, 10, 11), 11, threshold + off);
    }
    trying("word");
    probe.begin(mode)
        .set(11, threshold)
        .set(10, 5)
        .run({encode::store(Store::sw, 10, 11), encode::load(Load::lw, 12, 11)});
    probe.expect_completed(12);
    expect_equal(probe.get(12), 5);
    probe.begin(mode).set(11, threshold).run(encode::store(Store::sw, 0, 11));
    probe.expect_completed();
}

/// What lies behind the window's end belongs to nobody.
void try_the_edge(uint64_t plic)
{
    constexpr uint64_t size = 0x60'0000;
    trying("the edge");
    probe.begin().set(11, plic + size - 4).run(encode::load(Load::lw, 10, 11));
    probe.expect_completed(10);
    expect_equal(probe.get(10), 0);
    expect_load_fault(Mode::supervisor, encode::load(Load::lw, 10, 11), 11, plic + size);
    expect_store_fault(Mode::supervisor, encode::store(Store::sw, 10, 11), 11, plic + size);
    expect_load_fault(Mode::supervisor, encode::load(Load::ld, 10, 11), 11, plic + size - 4);
    expect_load_fault(Mode::supervisor, encode::load(Load::lw, 10, 11), 11, plic - 4);
    expect_load_fault(Mode::supervisor, encode::load(Load::lw, 10, 11), 11, plic - 2);
}

}  // namespace

void scenario()
{
    try_widths(Mode::supervisor, plic_base);
    try_widths(Mode::user, plic_base);
    try_the_edge(plic_base);
    turn_paging_on();
    try_widths(Mode::supervisor, plic_base);
    try_widths(Mode::user, user_devices + plic_base);
    try_the_edge(plic_base);
}

}  // namespace guest

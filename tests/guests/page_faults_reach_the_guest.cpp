// Fetch, load and store page faults of the guest's own Sv39 tables, from VS and VU, reach the guest's handler.
// CHECKLIST 2, 6; HOSTILE 14, 39.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;

constexpr uint32_t load_x10 = encode::load(Load::ld, 10, 11);
constexpr uint32_t store_x10 = encode::store(Store::sd, 10, 11);
constexpr uint32_t swap_x10 = encode::atomic(encode::Atomic::swap, 3, 10, 11, 12);
constexpr uint32_t reserve_x10 = encode::atomic(encode::Atomic::lr, 3, 10, 11, 0);

void expect_faults(Mode mode, uint64_t address, bool reads, bool writes, bool executes)
{
    trying(mode == Mode::user ? "from VU" : "from VS", address);
    if (!reads) {
        probe.begin(mode).set(11, address).run(load_x10);
        probe.expect_trap(Exception::load_page_fault, address);
        probe.begin(mode).set(11, address).run(reserve_x10);
        probe.expect_trap(Exception::load_page_fault, address);
    } else {
        probe.begin(mode).set(11, address).run(load_x10);
        probe.expect_completed(10);
    }
    if (!writes) {
        probe.begin(mode).set(11, address).run(store_x10);
        probe.expect_trap(Exception::store_page_fault, address);
        probe.begin(mode).set(11, address).run(swap_x10);
        // QEMU 7.2 calls an atomic's fault a load's, also natively.
        const bool as_load = probe.trapped_as(Exception::load_page_fault) && !reads;
        probe.expect_trap(as_load ? Exception::load_page_fault : Exception::store_page_fault, address);
    } else {
        probe.begin(mode).set(11, address).run(store_x10);
        probe.expect_completed();
    }
    if (!executes) {
        probe.begin(mode).run_at(address);
        probe.expect_trap(Exception::instruction_page_fault, address);
    }
}

void try_permissions(uint64_t page)
{
    constexpr uint64_t at = free_pages;
    map_page(at, page, pte_r);
    expect_faults(Mode::supervisor, at, true, false, false);
    map_page(at, page, pte_rw);
    expect_faults(Mode::supervisor, at + 8, true, true, false);
    expect_faults(Mode::user, at + 8, false, false, false);
    map_page(at, page, pte_rw | pte_u);
    expect_faults(Mode::user, at + 16, true, true, false);
    expect_faults(Mode::supervisor, at + 16, false, false, false);
    // [priv] sstatus.SUM lets VS load and store there, and never fetch.
    probe.begin().set(11, at).with_status(Sstatus::sum.mask).run(load_x10);
    probe.expect_completed(10);
    map_page(at, page, pte_rwx | pte_u);
    probe.begin().with_status(Sstatus::sum.mask).run_at(at);
    probe.expect_trap(Exception::instruction_page_fault, at);
    // An entry that says W without R is reserved.
    entry_of(at, 0) = leaf(page, pte_w);
    fence_pages();
    expect_faults(Mode::supervisor, at, false, false, false);
    map_page(at, page, 0);
    expect_faults(Mode::supervisor, at, false, false, false);
    expect_faults(Mode::user, at, false, false, false);
}

alignas(4096) constinit uint8_t page_of_its_own[4096] = {};

/// A load and an instruction that lie across two pages, of which the second is not there.
void try_across_two_pages()
{
    constexpr uint64_t at = free_pages + 0x10'0000;
    const uint64_t page = reinterpret_cast<uintptr_t>(page_of_its_own);
    map_page(at, page, pte_rwx);
    trying("across two pages");
    probe.begin().set(11, at + 4092).run(load_x10);
    expect(probe.trapped_as(Exception::load_page_fault), "no load page fault");
    expect(probe.state().stval == at + 4096 || probe.state().stval == at + 4092, "stval is something else");
    page_of_its_own[4094] = store_x10 & 0xff;
    page_of_its_own[4095] = store_x10 >> 8 & 0xff;
    asm volatile("fence.i" : : : "memory");
    probe.begin().run_at(at + 4094);
    expect(probe.trapped_as(Exception::instruction_page_fault), "no instruction page fault");
    expect_equal(probe.state().sepc, at + 4094);
    expect_equal(probe.state().stval, at + 4096);
}

}  // namespace

void scenario()
{
    turn_paging_on();
    try_permissions(reinterpret_cast<uintptr_t>(page_of_its_own));
    try_across_two_pages();
    // Not canonical: the bits above the 39th are not all the same.
    constexpr uint64_t not_canonical = uint64_t{1} << 40;
    expect_faults(Mode::supervisor, not_canonical, false, false, false);
    expect_faults(Mode::user, not_canonical, false, false, false);
    expect_faults(Mode::supervisor, ~uint64_t{7}, false, false, false);
}

}  // namespace guest

// Page tables of somebody else's making, in memory that it may only read, whose A and D the hart is to set.
// tries: HOSTILE 4; CHECKLIST 20, 27, 28
// answer: an access fault of the access that began the walk, or a page fault; no bit but A and D, which QEMU sets
// shares: a page of entries of a page table, of its own memory
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

constexpr uint64_t shared = 0x5000'0000;
constexpr uint64_t seen_at = free_pages + 0x4000'0000;
constexpr uint64_t untouched = table_at(0x8080'0000) | pte_rwx;

/// QEMU does not ask stage 2 whether the update may be made, and so the access may also work.
void expect_one_of(Exception access_fault, Exception page_fault)
{
    expect(probe.completed() || probe.trapped_as(access_fault) || probe.trapped_as(page_fault), "another trap");
}

}  // namespace

void attack()
{
    expect(*reinterpret_cast<volatile uint64_t*>(shared) == untouched, "the neighbour's entries are not there");
    probe.begin().set(11, shared).run(encode::store(encode::Store::sd, 10, 11));
    probe.expect_trap(Exception::store_access_fault, shared);
    turn_paging_on();
    // Its own shared page, once as a table and once as a page.
    entry_of(free_pages, 1) = table_at(shared);
    entry_of(seen_at, 0) = leaf(shared, pte_r);
    const uint64_t fwft = static_cast<uint64_t>(sbi::Extension::firmware_features);
    for (const uint64_t by_hardware : {uint64_t{0}, uint64_t{1}}) {
        sbi_call_raw(fwft, 0, 4, by_hardware, 0);
        fence_pages();
        for (const Mode mode : {Mode::supervisor, Mode::user}) {
            trying("by hardware", by_hardware);
            probe.begin(mode).set(11, free_pages).run(encode::load(encode::Load::ld, 10, 11));
            expect_one_of(Exception::load_access_fault, Exception::load_page_fault);
            probe.begin(mode).set(11, free_pages + 4096).run(encode::store(encode::Store::sd, 10, 11));
            expect_one_of(Exception::store_access_fault, Exception::store_page_fault);
        }
        for (uint64_t i = 0; i < 512; ++i) {
            expect_equal(reinterpret_cast<volatile uint64_t*>(seen_at)[i] & ~pte_ad, untouched);
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

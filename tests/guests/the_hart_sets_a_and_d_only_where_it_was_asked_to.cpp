// Svadu: A and D are set by the hart where FWFT asked for it, and are page faults before, behind a stop, and after.
// CHECKLIST 75; HOSTILE 38.
// harts: 2
// cpu: rv64 rv64,sstc=off max
// qemu: 10, QEMU 7.2 names no Svadu.
// natively: no, OpenSBI's answers depend on its version.
#include "encode.hpp"
#include "harts.hpp"
#include "pages.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;
using sbi::Error;
using sbi::Extension;
using sbi::FirmwareFeatures;
using sbi::HartState;

constexpr uint64_t feature = static_cast<uint64_t>(sbi::Feature::pte_ad_hw_updating);
constexpr uint64_t lock = 1;
constexpr uint64_t pte_a = 0x40;
constexpr uint64_t at = free_pages;
constexpr uint64_t non_retentive = 0x8000'0000;

alignas(4096) constinit uint64_t page[512] = {};

uint64_t get_feature()
{
    const SbiResult got = sbi_call(Extension::firmware_features, FirmwareFeatures::get, feature);
    expect_error(got, Error::success);
    return got.value;
}

SbiResult set_feature(uint64_t value, uint64_t flags = 0)
{
    return sbi_call(Extension::firmware_features, FirmwareFeatures::set, feature, value, flags);
}

/// An access to a page whose A and D are `bits`. A page fault leaves them alone; else they become `expected`.
void access(Mode mode, uint32_t instruction, uint64_t bits, bool faults, uint64_t expected)
{
    const uint64_t flags = mode == Mode::user ? pte_rw | pte_u : pte_rw;
    const uint64_t entry = leaf(reinterpret_cast<uintptr_t>(page), flags) & ~pte_ad;
    map_page(at, reinterpret_cast<uintptr_t>(page), flags);  // makes the tables
    entry_of(at, 0) = entry | bits;
    fence_pages();
    const bool is_store = (instruction & 0x20) != 0;
    trying(is_store ? "store, A and D" : "load, A and D", bits);
    probe.begin(mode).set(11, at).run(instruction);
    if (faults) {
        probe.expect_trap(is_store ? Exception::store_page_fault : Exception::load_page_fault, at);
    } else {
        probe.expect_completed(is_store ? 0 : 10);
    }
    expect_equal(*static_cast<volatile uint64_t*>(&entry_of(at, 0)), entry | (faults ? bits : expected));
}

/// FWFT says so, and the hart does so.
void expect_feature(bool by_hardware)
{
    expect_equal(get_feature(), by_hardware ? 1 : 0);
    turn_paging_on();
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        const uint32_t load = encode::load(Load::ld, 10, 11);
        const uint32_t store = encode::store(Store::sd, 10, 11);
        access(mode, load, 0, !by_hardware, pte_a);
        access(mode, store, 0, !by_hardware, pte_ad);
        access(mode, load, pte_a, false, pte_a);
        access(mode, store, pte_a, !by_hardware, pte_ad);
    }
    turn_paging_off();
}

/// [sbi] FWFT: upon hart reset, local values are not retained, and the lock is open.
void after_start(uint64_t /*argument*/)
{
    trying("behind a stop");
    expect_feature(false);
    expect_error(set_feature(1), Error::success);
    expect_feature(true);
    expect_error(set_feature(0), Error::success);
    expect_feature(false);
    done();
}

/// The other hart, whose feature is its own.
void start_the_first(uint64_t first)
{
    expect_equal(get_feature(), 0);
    wait_for_status(first, sbi::HartStatus::stopped);
    start_hart(first, after_start);
}

/// [sbi] FWFT: over a suspend that is not retentive, values are retained.
void after_resume(uint64_t /*argument*/)
{
    set_timer(UINT64_MAX);
    trying("behind a suspend");
    expect_feature(true);
    expect_error(set_feature(0), Error::success);
    expect_feature(false);
    expect_error(set_feature(1, lock), Error::success);
    expect_error(set_feature(0), Error::denied_locked);
    expect_feature(true);
    start_hart(this_hart() == 0 ? 1 : 0, start_the_first, this_hart());
    stop_this_hart();
}

}  // namespace

void scenario()
{
    if (!expect(has_extension("svadu") && is_offered(Extension::firmware_features), "no Svadu is offered")) {
        return;
    }
    expect_feature(false);
    expect_error(set_feature(1), Error::success);
    expect_feature(true);
    HartStart& start = start_record(this_hart(), after_resume);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 500);
    sbi_call(Extension::hart_state, HartState::suspend, non_retentive, start_address(),
             reinterpret_cast<uintptr_t>(&start));
    expect(false, "goes on behind a suspend that is not retentive");
}

}  // namespace guest

// Loads, stores, atomics and fetches where the guest has nothing are access faults with the guest's own address.
// CHECKLIST 3, 13, 25, 26; HOSTILE 1, 2, 5.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;

void expect_faults(Mode mode, uint64_t address)
{
    trying(mode == Mode::user ? "from VU" : "from VS", address);
    for (const Load kind : {Load::lb, Load::lbu, Load::lh, Load::lhu, Load::lw, Load::lwu, Load::ld}) {
        probe.begin(mode).set(11, address).run(encode::load(kind, 10, 11));
        probe.expect_trap(Exception::load_access_fault, address);
    }
    for (const Store kind : {Store::sb, Store::sh, Store::sw, Store::sd}) {
        probe.begin(mode).set(11, address).run(encode::store(kind, 10, 11));
        probe.expect_trap(Exception::store_access_fault, address);
    }
    probe.begin(mode).set(8, address).run(encode::c_lw(9, 8, 0));
    probe.expect_trap(Exception::load_access_fault, address);
    probe.begin(mode).set(8, address).run(encode::c_sd(9, 8, 0));
    probe.expect_trap(Exception::store_access_fault, address);
    probe.begin(mode).set(11, address).run(encode::atomic(encode::Atomic::add, 3, 10, 11, 12));
    probe.expect_trap(Exception::store_access_fault, address);
    probe.begin(mode).set(11, address).run(encode::atomic(encode::Atomic::lr, 2, 10, 11, 0));
    probe.expect_trap(Exception::load_access_fault, address);
    probe.begin(mode).with_interrupts(true).run_at(address);
    probe.expect_trap(Exception::instruction_access_fault, address);
}

}  // namespace

void scenario()
{
    struct Nowhere {
        uint64_t address;
        bool natively;
    };
    const Nowhere nowhere[] = {
        {0x0, false},
        {0x8, false},
        {0x10'0000, false},   // QEMU's finisher: no guest ends the machine
        {0x200'0000, false},  // its CLINT
        {0x1800'0000, true},
        {0x4000'0000, false},  // its PCIe, up to RAM
        {ram_start() - 8, false},
        {ram_end(), true},
        {ram_end() + 0x1000'0000, true},
        {0x20'0000'0000, true},
        {uint64_t{1} << 41, true},  // more than Sv39x4 translates
        {uint64_t{1} << 50, true},
        {uint64_t{1} << 55, true},
    };
    for (const Nowhere& place : nowhere) {
        if (place.natively || on_bulkhead()) {
            expect_faults(Mode::supervisor, place.address);
            expect_faults(Mode::user, place.address);
        }
    }
    // The same behind Sv39: stval is the virtual address, whatever it stands for.
    turn_paging_on();
    constexpr uint64_t at = free_pages;
    for (const Nowhere& place : nowhere) {
        if (place.natively || on_bulkhead()) {
            map_page(at, place.address & ~uint64_t{4095}, pte_rwx);
            expect_faults(Mode::supervisor, at + (place.address & 4095));
            map_page(at, place.address & ~uint64_t{4095}, pte_rwx | pte_u);
            expect_faults(Mode::user, at + (place.address & 4095));
        }
    }
}

}  // namespace guest

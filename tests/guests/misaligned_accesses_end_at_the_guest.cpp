// Misaligned loads and stores work or trap to the guest; misaligned atomics trap to the guest.
// CHECKLIST 3.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

alignas(8192) constinit uint8_t memory[8192] = {};

/// An atomic that is not aligned: address misaligned, or an access fault. QEMU has the load's cause also for AMOs.
void expect_misaligned(uint64_t address)
{
    const uint64_t cause = probe.state().scause;
    const bool right = cause >= static_cast<uint64_t>(Exception::load_address_misaligned) &&
                       cause <= static_cast<uint64_t>(Exception::store_access_fault);
    expect(right, "another cause");
    expect_equal(probe.state().stval, address);
    expect_equal(probe.state().sepc, probe.pc());
}

void try_atomics(Mode mode, uint64_t address)
{
    trying("atomic", address);
    probe.begin(mode).set(11, address).run(encode::atomic(encode::Atomic::lr, 3, 10, 11, 0));
    expect_misaligned(address);
    probe.begin(mode).set(11, address).run(encode::atomic(encode::Atomic::add, 3, 10, 11, 12));
    expect_misaligned(address);
    probe.begin(mode).set(11, address).run(encode::atomic(encode::Atomic::swap, 2, 10, 11, 12));
    expect_misaligned(address);
}

void try_plain(Mode mode, uint64_t address)
{
    trying("plain", address);
    probe.begin(mode).set(10, 0x1122'3344'5566'7788).set(11, address);
    probe.run({encode::store(encode::Store::sd, 10, 11), encode::load(encode::Load::ld, 12, 11)});
    if (probe.completed()) {
        expect_equal(probe.get(12), 0x1122'3344'5566'7788);
    } else {
        probe.expect_trap(Exception::store_address_misaligned, address);
    }
}

void try_all()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        const uint64_t start = reinterpret_cast<uintptr_t>(memory) + (mode == Mode::user ? user_shift() : 0);
        for (uint64_t offset = 1; offset < 8; ++offset) {
            try_plain(mode, start + offset);
            try_plain(mode, start + 4096 - offset);  // across two pages
        }
        try_atomics(mode, start + 1);
        try_atomics(mode, start + 4095);
    }
}

}  // namespace

void scenario()
{
    try_all();
    turn_paging_on();
    try_all();
}

}  // namespace guest

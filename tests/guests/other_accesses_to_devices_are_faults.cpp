// Atomics, floating-point and cache-block accesses to devices are access faults of their own kind.
// CHECKLIST 23; HOSTILE 9, 10, 11.
// natively: no, QEMU executes them.
// cpu: rv64 rv64,sstc=off
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using encode::Atomic;

constexpr uint64_t float_on = 0x2000;

void expect_fault(Mode mode, uint32_t instruction, uint64_t address, Exception cause, unsigned base = 11)
{
    trying("instruction", instruction);
    probe.begin(mode).set(base, address).with_status(float_on).run(instruction);
    probe.expect_trap(cause, address);
}

void try_floats(Mode mode, uint64_t address)
{
    for (const uint32_t width : {2U, 3U}) {
        expect_fault(mode, encode::fload(width, 1, 11), address, Exception::load_access_fault);
        expect_fault(mode, encode::fstore(width, 1, 11), address, Exception::store_access_fault);
    }
    // c.fld, c.fsd, c.fldsp, c.fsdsp: as those of ld and sd, with another bit.
    expect_fault(mode, encode::c_ld(9, 8, 0) & ~0x4000U, address, Exception::load_access_fault, 8);
    expect_fault(mode, encode::c_sd(9, 8, 0) & ~0x4000U, address, Exception::store_access_fault, 8);
    expect_fault(mode, encode::c_ldsp(9, 0) & ~0x4000U, address, Exception::load_access_fault, 2);
    expect_fault(mode, encode::c_sdsp(9, 0) & ~0x4000U, address, Exception::store_access_fault, 2);
}

void try_all(Mode mode, uint64_t devices)
{
    for (const uint64_t address : {devices + plic_threshold(0), devices + uart_base}) {
        for (const uint32_t width : {2U, 3U}) {
            for (const Atomic kind : {Atomic::add, Atomic::swap, Atomic::bor, Atomic::band, Atomic::bxor}) {
                expect_fault(mode, encode::atomic(kind, width, 10, 11, 12), address, Exception::store_access_fault);
            }
            expect_fault(mode, encode::atomic(Atomic::lr, width, 10, 11, 0), address, Exception::load_access_fault);
        }
        // [unpriv] A: SC without a reservation may fail without touching memory.
        trying("sc");
        probe.begin(mode).set(11, address).run(encode::atomic(Atomic::sc, 2, 10, 11, 12));
        if (probe.completed()) {
            expect(probe.get(10) != 0, "sc to a device succeeds");
        } else {
            probe.expect_trap(Exception::store_access_fault, address);
        }
        if (has_extension("d")) {
            try_floats(mode, address);
        }
        if (has_extension("zicboz")) {
            trying("cbo.zero");
            probe.begin(mode).set(11, address & ~uint64_t{63}).run(4U << 20 | 11 << 15 | 2 << 12 | 0x0f);
            expect(probe.trapped_as(Exception::store_access_fault), "no store access fault");
        }
    }
    expect_equal(word_at(plic_threshold(0)), 0);
}

}  // namespace

void scenario()
{
    GUEST_CSR_SET(senvcfg, 0xf0);
    try_all(Mode::supervisor, 0);
    try_all(Mode::user, 0);
    turn_paging_on();
    try_all(Mode::supervisor, 0);
    try_all(Mode::user, user_devices);
}

}  // namespace guest

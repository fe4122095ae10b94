// Odd values of sstatus, stvec, sepc, sie, sip and satp are legalised, and the next trap is taken all the same.
// CHECKLIST 39, 52; HOSTILE 25, 26, 29.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

uint64_t swap_status(uint64_t set, uint64_t clear)
{
    GUEST_CSR_CLEAR(sstatus, clear);
    GUEST_CSR_SET(sstatus, set);
    return GUEST_CSR_READ(sstatus);
}

/// A trap of each kind: delegated, through the firmware, injected.
void expect_traps_still_work()
{
    probe.begin().run(encode::ebreak);
    expect(probe.trapped_as(Exception::breakpoint), "no breakpoint");
    probe.begin().run(0xffff'ffff);
    probe.expect_trap(Exception::illegal_instruction, 0xffff'ffff);
    probe.begin().set(11, 0x1800'0000).run(encode::load(encode::Load::ld, 10, 11));
    probe.expect_trap(Exception::load_access_fault, 0x1800'0000);
    const uint64_t nowhere = 0x1800'0000 + (paging_is_on() ? user_devices : 0);
    probe.begin(Mode::user).set(11, nowhere).run(encode::store(encode::Store::sd, 10, 11));
    probe.expect_trap(Exception::store_access_fault, nowhere);
}

}  // namespace

void scenario()
{
    const uint64_t status = GUEST_CSR_READ(sstatus);
    // [priv] sstatus.UBE, UXL, SPP, SPIE, SUM, MXR.
    trying("sstatus");
    swap_status(Sstatus::ube.mask, 0);
    GUEST_CSR_CLEAR(sstatus, Sstatus::ube.mask);
    swap_status(Sstatus::mxr.mask | Sstatus::sum.mask | Sstatus::spie.mask | Sstatus::spp.mask, 0);
    expect_traps_still_work();
    GUEST_CSR_WRITE(sstatus, status);
    expect_equal(GUEST_CSR_READ(sstatus) & Sstatus::sie.mask, 0);

    trying("sepc");
    GUEST_CSR_WRITE(sepc, 0x8020'0001);
    expect_equal(GUEST_CSR_READ(sepc) & ~uint64_t{1}, 0x8020'0000);  // QEMU clears the last bit when it is used

    trying("stvec");
    const uint64_t vector = GUEST_CSR_READ(stvec);
    for (const uint64_t mode : {2U, 3U}) {
        GUEST_CSR_WRITE(stvec, vector | mode);
        expect((GUEST_CSR_READ(stvec) & 2) == 0, "a reserved mode sticks");
        GUEST_CSR_WRITE(stvec, vector);
    }
    expect_traps_still_work();

    // [priv] sip: of the three, only SSIP is for software to set.
    trying("sip");
    GUEST_CSR_SET(sip, ~uint64_t{0});
    expect_equal(GUEST_CSR_READ(sip) & ~bit(Interrupt::supervisor_software) & 0xffff, 0);
    expect_equal(GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software), bit(Interrupt::supervisor_software));
    GUEST_CSR_WRITE(sip, 0);
    expect_equal(GUEST_CSR_READ(sip), 0);
    trying("sie");
    GUEST_CSR_WRITE(sie, ~uint64_t{0});
    expect_equal(GUEST_CSR_READ(sie) & 0xdfff, 0x222);  // bit 13 is Sscofpmf's
    GUEST_CSR_WRITE(sie, 0);

    // [priv] satp: a write with a mode that there is not changes nothing.
    trying("satp");
    for (const uint64_t mode : {1U, 7U, 11U, 15U}) {
        GUEST_CSR_WRITE(satp, mode << 60 | 0x8'0300);
        expect_equal(GUEST_CSR_READ(satp), 0);
    }
    turn_paging_on(0xffff);
    expect_traps_still_work();
}

}  // namespace guest

// Each bit of sstatus, alone and all at once, with a trap of each kind behind it, and 32-bit and big-endian users.
// tries: HOSTILE 29, 33; CHECKLIST 6, 7, 52
// answer: what may be changed is; the next trap is taken and saved as ever
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {
namespace {

/// One that is its own, one that the firmware passes on, and two that the hypervisor makes.
void expect_traps(uint64_t bits)
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        // A user of 32 bits has other short forms, and addresses that are half as long.
        probe.begin(mode).with_status(bits).run(encode::ebreak);
        expect(probe.trapped_as(Exception::breakpoint), "no breakpoint");
        probe.begin(mode).with_status(bits).run(0xffff'ffff);
        expect(probe.trapped_as(Exception::illegal_instruction), "not illegal");
        probe.begin(mode).with_status(bits).set(11, hole).run(encode::load(encode::Load::lw, 10, 11));
        expect(probe.trapped_as(Exception::load_access_fault), "no fault of a load");
        probe.begin(mode).with_status(bits).set(11, hole).run(encode::store(encode::Store::sw, 10, 11));
        expect(probe.trapped_as(Exception::store_access_fault), "no fault of a store");
        expect_equal((probe.state().sstatus & Sstatus::spp.mask) != 0, mode == Mode::supervisor);
    }
}

}  // namespace

void attack()
{
    const uint64_t status = GUEST_CSR_READ(sstatus);
    for (unsigned n = 0; n < 64; ++n) {
        const uint64_t one = uint64_t{1} << n;
        if (one == Sstatus::sie.mask || one == Sstatus::spp.mask) {
            continue;
        }
        trying("bit", n);
        GUEST_CSR_SET(sstatus, one);
        expect_traps(one);
        GUEST_CSR_CLEAR(sstatus, one);
        expect_traps(0);
        GUEST_CSR_WRITE(sstatus, status);
    }
    trying("all of them");
    GUEST_CSR_WRITE(sstatus, ~Sstatus::sie.mask);
    expect_traps(0);
    GUEST_CSR_WRITE(sstatus, 0);
    expect_traps(0);
    GUEST_CSR_WRITE(sstatus, status);
    expect_served();
}

}  // namespace guest

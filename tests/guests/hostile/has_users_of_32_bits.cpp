// A user program of 32 bits whose short forms mean other instructions, on devices and in holes.
// tries: HOSTILE 7, 29; CHECKLIST 7, 19, 22
// answer: an access, an access fault or an illegal instruction, and its supervisor has all of its 64 bits back
// expect: ^UXL [12]$
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    const uint64_t status = GUEST_CSR_READ(sstatus);
    constexpr uint64_t bits_of_32 = uint64_t{1} << 32;
    GUEST_CSR_WRITE(sstatus, (status & ~Sstatus::uxl.mask) | bits_of_32);
    say("UXL {}", GUEST_CSR_READ(sstatus) >> 32 & 3);
    // c.ld is c.flw to it, c.sd c.fsw, c.ldsp c.flwsp, and c.addiw c.jal.
    const uint32_t instructions[] = {encode::c_ld(9, 8, 0),
                                     encode::c_sd(9, 8, 0),
                                     encode::c_lw(9, 8, 0),
                                     encode::c_sw(9, 8, 0),
                                     encode::c_ldsp(9, 0),
                                     encode::c_sdsp(9, 0),
                                     encode::c_lwsp(9, 0),
                                     encode::load(encode::Load::ld, 9, 8),
                                     encode::store(encode::Store::sd, 9, 8)};
    for (const uint64_t address : {plic_threshold(0), uart_base, hole, uint64_t{0xffff'fff8}}) {
        for (const uint32_t instruction : instructions) {
            for (const uint64_t floats : {uint64_t{0}, uint64_t{0x2000}}) {
                trying("instruction", instruction);
                probe.begin(Mode::user).with_status(floats).set(8, address).set(2, address).run(instruction);
                const uint64_t cause = probe.state().scause;
                // 1 or 12 where it is illegal: the firmware looks for its bits at the address that such a user has.
                expect((cause >= 1 && cause <= 3) || cause == 5 || cause == 7 || cause == 12, "traps as another");
            }
        }
    }
    GUEST_CSR_WRITE(sstatus, status);
    expect_equal(GUEST_CSR_READ(sstatus) >> 32 & 3, 2);
    expect_served();
}

}  // namespace guest

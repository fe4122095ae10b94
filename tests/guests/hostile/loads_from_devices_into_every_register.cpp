// Loads of every kind from devices into each of the 32 registers, zero, sp, gp and tp among them.
// tries: HOSTILE 7; CHECKLIST 12, 22
// answer: exactly that register changes, and x0 never does
// beats: 40
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    uart(SerialRegister::scratch) = 0xa7;
    word_at(plic_threshold(0)) = 6;
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (uint32_t reg = 0; reg < 32; ++reg) {
            for (uint32_t base = 1; base < 32; base += reg % 2 == 0 ? 5 : 3) {
                trying("register", uint64_t{reg} << 8 | base);
                probe.begin(mode).set(base, uart_base).run(encode::load(encode::Load::lb, reg, base, 7));
                probe.expect_completed(reg);
                expect_equal(probe.get(reg), reg == 0 ? 0 : ~uint64_t{0x58});
                probe.begin(mode).set(base, plic_threshold(0) - 2047);
                probe.run(encode::load(encode::Load::lwu, reg, base, 2047));
                probe.expect_completed(reg);
                expect_equal(probe.get(reg), reg == 0 ? 0 : 6);
            }
        }
    }
    word_at(plic_threshold(0)) = 0;
    expect_served();
}

}  // namespace guest

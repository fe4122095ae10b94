// The whole SYSTEM opcode but its CSR instructions: every funct7 and rs2, and every HLV and HSV, from VS and VU.
// tries: HOSTILE 23, 24; CHECKLIST 9, 10
// answer: what is not a supervisor's is illegal; what only the firmware or a debugger has does nothing
// beats: 100
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {
namespace {

constexpr bool puts_it_to_sleep(uint32_t funct7, uint32_t rs2)
{
    const uint32_t immediate = funct7 << 5 | rs2;
    // ecall, sret, wfi, and the waits for a reservation.
    return immediate == 0 || immediate == 0x102 || immediate == 0x105 || immediate == 0x00d || immediate == 0x01d;
}

void expect_harmless(Mode mode, uint32_t instruction)
{
    probe.begin(mode).set(11, Probe::area()).run(instruction);
    if (!probe.completed() && !probe.trapped_as(Exception::breakpoint)) {
        expect(probe.trapped_as(Exception::illegal_instruction), "traps as something else");
    }
}

}  // namespace

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (uint32_t funct7 = 0; funct7 < 128; ++funct7) {
            for (uint32_t rs2 = 0; rs2 < 32; ++rs2) {
                trying("funct7 and rs2", funct7 << 8 | rs2);
                if (!puts_it_to_sleep(funct7, rs2)) {
                    expect_harmless(mode, encode::system(funct7, rs2, 0));
                }
                expect_harmless(mode, encode::system(funct7, rs2, 11, 4, 10));
            }
        }
    }
    expect_served();
}

}  // namespace guest

// Pauses and waits for reservations, for ever, with every interrupt masked.
// tries: HOSTILE 27
// answer: each ends, at once or after a while, and costs nobody else anything
// ends: never
// beats: 3
// expect: ^pauses$
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_WRITE(sie, 0);
    say("pauses");
    constexpr uint32_t pause = 0x0100'000f;
    constexpr uint32_t wait_short = 0x01d0'0073;
    constexpr uint32_t wait_long = 0x00d0'0073;
    while (true) {
        for (const uint32_t instruction : {pause, wait_short, wait_long}) {
            probe.begin().run(instruction);
            // It is there, or is illegal.
            expect(probe.completed() || probe.trapped_as(Exception::illegal_instruction), "traps");
        }
    }
}

}  // namespace guest

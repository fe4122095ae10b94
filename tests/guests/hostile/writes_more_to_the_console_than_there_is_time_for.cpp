// DBCN writes of 12 MiB at once, over and over: what one call does is bounded.
// tries: HOSTILE 16; CHECKLIST 70
// answer: each call takes some of it and says how much, and costs little
// beats: 60
#include "hostile.hpp"

namespace guest {

void attack()
{
    // Zeros: nothing is to be seen of them.
    uint64_t most = 0;
    for (unsigned i = 0; i < 20; ++i) {
        const uint64_t before = now();
        const SbiResult result =
            sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, 12 << 20, 0x8040'0000);
        const uint64_t ticks = now() - before;
        most = ticks > most ? ticks : most;
        expect_error(result, sbi::Error::success);
        expect(result.value <= 12 << 20, "wrote more than it was given");
    }
    expect(most < 10 * ticks_per_ms, "one call takes more than 10 ms");
    console().write("\n");
    expect_served();
}

}  // namespace guest

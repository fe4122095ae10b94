// Sets the timer to the past, the far future and every boundary number, 20,000 times.
// tries: HOSTILE 28; CHECKLIST 46, 47, 72
// answer: the past is pending, the future is not, -1 is never; only its own timer moves
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (const uint64_t due : boundaries) {
        trying("due", due);
        set_timer(due);
        const bool past = due <= now();
        expect(is_pending(Interrupt::supervisor_timer) == past, "pending where it should not be, or the other way");
    }
    for (uint64_t i = 0; i < 20'000; ++i) {
        set_timer(i % 2 == 0 ? 0 : now() + i % 64);
    }
    set_timer(UINT64_MAX);
    expect(!is_pending(Interrupt::supervisor_timer), "is pending for ever");
    expect_served();
}

}  // namespace guest

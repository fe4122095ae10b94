// 100,000 calls that nobody answers, as fast as it can.
// tries: HOSTILE 15; CHECKLIST 77
// answer: each is answered -2; the log says nothing of them, and the neighbour's time is its own
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (uint64_t i = 0; i < 100'000; ++i) {
        if (!sbi_call_raw(0x0bad'0000 + (i & 0xffff), i).is(sbi::Error::not_supported)) {
            expect(false, "another answer");
            break;
        }
    }
    expect_served();
}

}  // namespace guest

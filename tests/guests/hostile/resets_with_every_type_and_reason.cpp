// SRST with thousands of reserved types and reasons, and then with the only ones that are none.
// tries: HOSTILE 22; CHECKLIST 69
// answer: -3 for what is reserved; a shutdown ends it alone
// ends: shuts down
// expect: ^shuts down$
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    const auto reset = [](uint64_t type, uint64_t reason) {
        return sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, type, reason);
    };
    Random random{0x5057};
    for (unsigned i = 0; i < 3000; ++i) {
        const uint64_t type = 3 + (random.next() >> random.below(64) & 0xffff'fff0);
        trying("type", type);
        expect_error(reset(type, random.below(2)), sbi::Error::invalid_param);
        const uint64_t reason = 2 + (random.next() >> random.below(64) & 0xffff'fff0);
        trying("reason", reason);
        expect_error(reset(random.below(3), reason), sbi::Error::invalid_param);
    }
    expect_served();
    say("shuts down");
    reset(0, 0);
    say("FAIL: goes on behind its shutdown");
}

}  // namespace guest

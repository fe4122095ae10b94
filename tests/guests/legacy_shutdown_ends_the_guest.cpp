// The legacy shutdown ends a guest as a good end.
// CHECKLIST 69.
// not: goes on
#include "support.hpp"

namespace guest {

void scenario()
{
    constexpr uint64_t shutdown = 8;
    if (!is_offered(shutdown)) {
        return;
    }
    say("PASS legacy_shutdown_ends_the_guest");
    sbi_call_raw(shutdown, 0);
    say("goes on");
}

}  // namespace guest

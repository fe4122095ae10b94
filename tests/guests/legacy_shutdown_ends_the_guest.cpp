// The legacy shutdown ends a guest as a good end.
// CHECKLIST 69.
// expect: ^the end comes now$
// expect: ^PASS legacy_shutdown_ends_the_guest$
// not: goes on
#include "support.hpp"

namespace guest {

void scenario()
{
    constexpr uint64_t shutdown = 8;
    if (!is_offered(shutdown)) {
        say("the end comes now");
        return;
    }
    say("the end comes now");
    say("PASS legacy_shutdown_ends_the_guest");
    sbi_call_raw(shutdown, 0);
    say("goes on");
}

}  // namespace guest

// The SBI's calls made by a user program: a shutdown and a stop of its hart among them.
// tries: HOSTILE 39; CHECKLIST 2
// answer: they are calls of its own supervisor: cause 8, and the hypervisor does nothing
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    for (const bool paging : {false, true}) {
        if (paging) {
            turn_paging_on();
        }
        for (const sbi::Extension extension :
             {sbi::Extension::system_reset, sbi::Extension::hart_state, sbi::Extension::debug_console,
              sbi::Extension::legacy_shutdown, sbi::Extension::timer, sbi::Extension::remote_fence}) {
            for (uint64_t function = 0; function < 4; ++function) {
                trying("extension", static_cast<uint64_t>(extension));
                probe.begin(Mode::user).set(17, static_cast<uint64_t>(extension)).set(16, function).set(10, 0);
                probe.set(11, 0).run(encode::ecall);
                probe.expect_trap(Exception::call_from_u_mode, 0);
            }
        }
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

// WFI and PAUSE from VU end: WFI by an illegal instruction under the hypervisor, and nobody sleeps for it.
// CHECKLIST 10, 11; HOSTILE 27.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

constexpr uint32_t pause = 0x0100'000f;

void try_all()
{
    probe.begin(Mode::user).run(pause);
    probe.expect_completed();
    probe.begin(Mode::user).with_interrupts(true).run(encode::wfi);
    // [priv] WFI: in U-mode it may complete, or trap after a bounded time; in VU, never be the guest's sleep.
    if (on_bulkhead() || !probe.completed()) {
        probe.expect_trap(Exception::illegal_instruction, encode::wfi);
    }
}

}  // namespace

void scenario()
{
    try_all();
    turn_paging_on();
    try_all();
}

}  // namespace guest

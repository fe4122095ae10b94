// A stack pointer anywhere, among the hypervisor's own addresses too, changes nothing about an exit.
// CHECKLIST 8, 16; HOSTILE 12, 39.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;

struct alignas(4096) Page {
    uint16_t halves[2048];
};
constinit Page page = {};

/// Where the hypervisor lies on its own machine: image and stacks.
constexpr uint64_t first = 0x8020'0000;
constexpr uint64_t last = 0x8040'0000;

/// Loads from the UART in a page that may only be executed: QEMU 7.2 says nothing of the instruction in htinst, and
/// refuses to read it, so that the hypervisor's own load faults in the middle of the exit.
void try_stack_pointers(unsigned mode_flags, Mode mode, uint64_t devices)
{
    map_page(free_pages, reinterpret_cast<uintptr_t>(&page), pte_x | mode_flags);
    for (uint64_t sp = first; sp < last; sp += 0x100) {
        probe.begin(mode).set(2, sp).set(11, devices + uart_base + 5).run_at(free_pages);
        const bool denied = probe.trapped_as(Exception::load_access_fault);
        trying("sp", sp);
        if (!expect(denied || probe.trapped_as(Exception::breakpoint), "another trap") ||
            !expect_equal(probe.get(2), sp)) {
            return;
        }
    }
}

}  // namespace

void scenario()
{
    const uint32_t load = encode::load(Load::lbu, 10, 11);
    page.halves[0] = load & 0xffff;
    page.halves[1] = static_cast<uint16_t>(load >> 16);
    page.halves[2] = encode::c_ebreak;
    asm volatile("fence.i" : : : "memory");
    turn_paging_on();
    try_stack_pointers(0, Mode::supervisor, 0);
    try_stack_pointers(pte_u, Mode::user, user_devices);
}

}  // namespace guest

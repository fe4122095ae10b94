// Jumps to every register of the UART and to words all over the PLIC.
// tries: HOSTILE 13; CHECKLIST 26
// answer: an instruction access fault each, and no register is read by it
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (uint64_t offset = 0; offset < 0x100; offset += 2) {
            probe.begin(mode).run_at(uart_base + offset);
            probe.expect_trap(Exception::instruction_access_fault, uart_base + offset);
        }
        for (uint64_t offset = 0; offset < 0x400'0000; offset += 0x2'1004) {
            probe.begin(mode).run_at(plic_base + offset);
            probe.expect_trap(Exception::instruction_access_fault, plic_base + offset);
        }
    }
    expect_served();
}

}  // namespace guest

// A store to the hypervisor's own code ends in a panic that says exactly that.
// expect: panic: store to 0x[0-9a-f]+, in text \(read and execute\)
// expect:   at 0x[0-9a-f]{16} on hart \d+
// expect:   store/AMO page fault: scause 0xf, sepc 0x[0-9a-f]{16}, stval 0x[0-9a-f]{16}
// expect:   backtrace:
// expect:     #0 0x[0-9a-f]{16}
// expect:     #1 0x[0-9a-f]{16}
// status: 1
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    // In assembly, as a Debug build checks for alignment, and text is aligned to 2 bytes only.
    asm volatile("sh zero, 0(%0)" : : "r"(&main) : "memory");
}

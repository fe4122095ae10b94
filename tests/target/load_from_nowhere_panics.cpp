// A load through a null pointer ends in a panic that says that nothing is mapped there.
// expect: panic: load from 0x0, where nothing is mapped
// expect:   load page fault: scause 0xd, sepc 0x[0-9a-f]{16}, stval 0x0{16}
// status: 1
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    // In assembly, as a Debug build checks for null pointers itself.
    asm volatile("ld t0, 0(zero)" : : : "t0", "memory");
}

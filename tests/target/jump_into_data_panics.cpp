// A jump into data ends in a panic that says that data cannot be executed, and from where it was called.
// expect: panic: jump to 0x[0-9a-f]+, in data \(read and write\)
// expect:   instruction page fault: scause 0xc, sepc 0x[0-9a-f]{16}, stval 0x[0-9a-f]{16}
// expect:   backtrace:
// expect:     #1 0x00000000802
// status: 1
#include "support.hpp"

namespace {
constinit uint32_t instructions[] = {0x00008067};  // ret
}

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    // The compiler would otherwise see that nobody writes them, and make them constants.
    asm volatile("" : : "r"(&instructions) : "memory");
    reinterpret_cast<void (*)()>(reinterpret_cast<uintptr_t>(&instructions))();
}

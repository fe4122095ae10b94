// A store to a constant ends in a panic that names read-only data.
// expect: panic: store to 0x[0-9a-f]+, in read-only data \(read only\)
// status: 1
#include "support.hpp"

namespace {
constexpr uint64_t constant = 42;
}

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    // In assembly, as the compiler knows what a constant is.
    asm volatile("sd zero, 0(%0)" : : "r"(&constant) : "memory");
}

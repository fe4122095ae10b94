// A Debug build stops at undefined behaviour, here a shift by as many bits as there are.
// expect: panic: (breakpoint|illegal instruction) \(in a Debug build: undefined behaviour\)
// expect: backtrace:
// not: still running
// status: 1
// presets: gcc-debug clang-debug
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    volatile unsigned bits = 64;
    const uint64_t shifted = uint64_t{1} << bits;
    hv::arch::println("still running, with {}", shifted);
}

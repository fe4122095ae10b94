// A recursion without end on the boot hart's stack ends in a panic that says so.
// expect: panic: stack overflow on hart \d+: store to 0x[0-9a-f]+, in the guard page below its stack
// expect:   backtrace:
// expect:     #31 0x[0-9a-f]{16}
// status: 1
#include "support.hpp"

namespace {

/// Never reached, which the compiler does not know.
constinit volatile uint64_t bottom = UINT64_MAX;

[[gnu::noinline]] uint64_t sink_into_the_stack(uint64_t depth)
{
    volatile uint64_t local[16] = {depth};
    return depth == bottom ? 0 : sink_into_the_stack(depth + 1) + local[0];
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::arch::println("{}", sink_into_the_stack(0));
}

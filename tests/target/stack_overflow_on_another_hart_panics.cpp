// A recursion without end on a started hart's stack ends in a panic that names that hart.
// expect: panic: stack overflow on hart (\d+): store to 0x[0-9a-f]+, in the guard page below its stack
// status: 1
// smp: 2
#include "support.hpp"

namespace {

/// Never reached, which the compiler does not know.
constinit volatile uint64_t bottom = UINT64_MAX;

[[gnu::noinline]] uint64_t sink_into_the_stack(uint64_t depth)
{
    volatile uint64_t local[16] = {depth};
    return depth == bottom ? 0 : sink_into_the_stack(depth + 1) + local[0];
}

void overflow(hv::arch::HartRecord&)
{
    hv::arch::println("{}", sink_into_the_stack(0));
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    const auto harts = hv::test::begin(device_tree);
    hv::plat::start_harts(harts.span(), overflow);
    hv::arch::park();
}

// A panic inside a panic inside a panic is not reported any more, and ends the machine as failed.
// expect: panic: first
// not: third
// status: 1
#include "support.hpp"

#include <hv/lib/panic.hpp>

namespace {

struct Trap {
    int depth = 0;
};

void format_value(hv::FormatOutput& out, const Trap& trap)
{
    out.flush();
    hv::panic("{} {}", trap.depth == 0 ? "second" : "third", Trap{trap.depth + 1});
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::panic("first {}", Trap{});
}

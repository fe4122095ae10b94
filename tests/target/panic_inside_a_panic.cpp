// A panic raised while a panic is being reported says so in short, and still ends the machine.
// expect: panic: a value that panics when printed:
// expect: panic: raised inside a panic
// expect:   This happened while the panic above was being reported.
// status: 1
#include "support.hpp"

#include <hv/lib/panic.hpp>

namespace {

struct Trap {};

void format_value(hv::FormatOutput& out, const Trap&)
{
    out.flush();
    hv::panic("raised inside a panic");
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::panic("a value that panics when printed: {}", Trap{});
}

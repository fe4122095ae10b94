// A panic is reported though its own hart holds the console, in the middle of a line.
// expect: half a line
// expect: panic: raised while holding the console
// expect:   at /?tests/target/panic_while_the_console_is_held.cpp:\d+ on hart \d+
// expect:   backtrace:
// status: 1
#include "support.hpp"

#include <hv/lib/panic.hpp>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::arch::ConsoleLine line;
    print(line, "half a line");
    hv::panic("raised {} holding the console", "while");
}

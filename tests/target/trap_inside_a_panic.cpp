// A page fault in the code that reports a panic is reported in short, and ends the machine.
// expect: panic: a value that faults when printed:
// expect: panic: load from 0x8, where nothing is mapped
// expect:   This happened while the panic above was being reported.
// status: 1
#include "support.hpp"

#include <hv/lib/panic.hpp>

namespace {

struct Trap {};

void format_value(hv::FormatOutput& out, const Trap&)
{
    out.flush();
    uint64_t address = 8;
    asm volatile("" : "+r"(address));
    static_cast<void>(*reinterpret_cast<const volatile uint64_t*>(address));
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::panic("a value that faults when printed: {}", Trap{});
}

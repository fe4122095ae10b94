// Of several harts that panic at the same moment one reports, whole and unmixed, and the machine ends.
// expect: panic: hart \d+ of four panics$
// expect:   at /?tests/target/panics_on_four_harts_at_once.cpp:\d+ on hart \d+
// expect:   backtrace:
// expect:     #0 0x[0-9a-f]{16}$
// not: panic: .*panic:
// status: 1
// smp: 4
#include "support.hpp"

#include <atomic>

#include <hv/lib/panic.hpp>

namespace {

constinit std::atomic<uint32_t> go = 0;

void panic_on_go(hv::arch::HartRecord& hart)
{
    while (go.load() == 0) {
    }
    hv::panic("hart {} of four panics", hart.id);
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    const auto harts = hv::test::begin(device_tree);
    hv::plat::start_harts(harts.span(), panic_on_go);
    go = 1;
    panic_on_go(hv::arch::this_hart());
}

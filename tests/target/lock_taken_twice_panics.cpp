// A hart that takes a lock it holds panics instead of waiting for itself for ever.
// expect: panic: deadlock: this hart waits for the lock at 0x[0-9a-f]+ that it holds itself
// expect:   at src/lib/spinlock.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <hv/lib/spinlock.hpp>

namespace {

constinit hv::SpinLock lock;  // guards nothing

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    const hv::SpinLock::Held first{lock};
    const hv::SpinLock::Held second{lock};
    hv::arch::println("still running");
}

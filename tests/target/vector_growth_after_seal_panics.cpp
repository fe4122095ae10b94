// A Vector that grows in place after the heap is sealed panics: growth is an allocation.
// expect: panic: allocation after seal: \d+ bytes aligned to \d+ asked for by 0x[0-9a-f]+
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::Vector<uint64_t> v;
    v.push_back(1);
    hv::arch::heap().seal();
    for (uint64_t i = 0; i < 100; i++) {
        v.push_back(i);
    }
    hv::arch::println("still running");
}

// A new after the heap is sealed panics.
// expect: the caller is at (?P<caller>0x[0-9a-f]+)$
// expect: panic: allocation after seal: 24 bytes aligned to 16 asked for by (?P=caller)\b
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "caller.hpp"
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::arch::heap().seal();
    void* (*const form)(size_t) = &::operator new;
    const void* const block = hv::test::call_from_known_place(form, 24);
    hv::arch::println("still running, with {}", block);
}

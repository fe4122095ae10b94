// A new before the heap has memory panics.
// expect: panic: allocator not initialized: 24 bytes aligned to 16 asked for by 0x[0-9a-f]+
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin_without_heap(device_tree);
    void* volatile block = ::operator new(24);
    hv::arch::println("still running, with {}", static_cast<const void*>(block));
}

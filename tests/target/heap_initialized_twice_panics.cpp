// Giving the heap memory a second time panics instead of handing out all blocks again.
// expect: panic: allocator already initialized: heap range 0x[0-9a-f]+ to 0x[0-9a-f]+ refused
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <hv/arch/image.hpp>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::arch::init_heap(hv::arch::linked_heap_range());
    hv::arch::println("still running");
}

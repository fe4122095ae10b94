// A nothrow new before the heap has memory panics too: it is a bug and no shortage.
// expect: panic: allocator not initialized: 24 bytes aligned to 64 asked for by 0x[0-9a-f]+
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin_without_heap(device_tree);
    void* volatile block = ::operator new (24, std::align_val_t{64}, std::nothrow);
    hv::arch::println("still running, with {}", static_cast<const void*>(block));
}

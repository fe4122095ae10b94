// A nothrow new after the heap is sealed panics too: it is a bug and no shortage.
// expect: panic: allocation after seal: 24 bytes aligned to 16 asked for by 0x[0-9a-f]+
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::arch::heap().seal();
    void* volatile block = ::operator new(24, std::nothrow);
    hv::arch::println("still running, with {}", static_cast<const void*>(block));
}

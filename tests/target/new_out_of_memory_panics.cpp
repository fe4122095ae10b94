// A plain new for which there is no room panics and says what was asked for and what is left.
// expect: panic: out of memory: 1073741824 bytes aligned to 16 asked for by 0x[0-9a-f]+, \d+ bytes free, \d+ used
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    volatile size_t size = size_t{1} << 30;
    void* volatile block = ::operator new(size);
    hv::arch::println("still running, with {}", static_cast<const void*>(block));
}

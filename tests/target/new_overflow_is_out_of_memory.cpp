// An array whose size in bytes does not fit in 64 bits is out of memory, as the compiler asks for SIZE_MAX then.
// expect: panic: out of memory: 18446744073709551615 bytes aligned to 16 asked for by 0x[0-9a-f]+, \d+ bytes free
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    volatile size_t count = SIZE_MAX / sizeof(uint32_t) + 2;
    uint32_t* volatile array = new uint32_t[count];
    hv::arch::println("still running, with {}", static_cast<const void*>(array));
}

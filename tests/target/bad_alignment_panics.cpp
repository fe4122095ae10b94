// An alignment that is not a power of two panics.
// expect: panic: bad alignment: 24 is not a power of two up to 1073741824; 8 bytes asked for by 0x[0-9a-f]+
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    volatile size_t align = 24;
    void* volatile block = ::operator new (8, std::align_val_t{align});
    hv::arch::println("still running, with {}", static_cast<const void*>(block));
}

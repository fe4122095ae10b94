// A plain new for which there is no room panics and says what was asked for and what is left.
// expect: the caller is at (?P<caller>0x[0-9a-f]+)$
// expect: panic: out of memory: 1073741824 bytes aligned to 16 asked for by (?P=caller)\b, \d+ bytes free, \d+ used
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "caller.hpp"
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    void* (*const form)(size_t) = &::operator new;
    const void* const block = hv::test::call_from_known_place(form, uint64_t{1} << 30);
    hv::arch::println("still running, with {}", block);
}

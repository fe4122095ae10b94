// A nothrow new before the heap has memory panics too: it is a bug and no shortage.
// expect: the caller is at (?P<caller>0x[0-9a-f]+)$
// expect: panic: allocator not initialized: 24 bytes aligned to 64 asked for by (?P=caller)\b
// expect:   at src/mm/bump_allocator.cpp:\d+ on hart \d+
// status: 1
#include "caller.hpp"
#include "support.hpp"

#include <new>

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin_without_heap(device_tree);
    void* (*const form)(size_t, std::align_val_t, const std::nothrow_t&) noexcept = &::operator new;
    const void* const block = hv::test::call_from_known_place(form, 24, 64);
    hv::arch::println("still running, with {}", block);
}

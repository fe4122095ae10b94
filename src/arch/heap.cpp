// The one heap itself, and the seam through which pure code grows in it.
#include <hv/arch/heap.hpp>

#include <hv/lib/heap.hpp>

namespace hv::arch {

constinit mm::BumpAllocator the_heap;

}  // namespace hv::arch

namespace hv::heap {

void* allocate(size_t size, size_t align)
{
    return arch::heap().allocate(size, align);
}

void* try_allocate(size_t size, size_t align)
{
    return arch::heap().try_allocate(size, align);
}

bool try_grow(void* block, size_t old_size, size_t new_size)
{
    return arch::heap().try_grow(block, old_size, new_size);
}

}  // namespace hv::heap

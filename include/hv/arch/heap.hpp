// The hypervisor's one heap: what `new`, every Vector and every page table come from.
#pragma once

#include <hv/mm/bump_allocator.hpp>

namespace hv::arch {

/// Reach it through heap(). Zero until main() gives it memory, so that it lies in BSS.
extern constinit mm::BumpAllocator the_heap;

[[nodiscard]] inline mm::BumpAllocator& heap()
{
    return the_heap;
}

/// Gives it `range` of RAM, once.
inline void init_heap(PhysRange range)
{
    // The hypervisor's address map is the identity.
    heap().init(VirtAddr{range.start.value()}, VirtAddr{range.end().value()});
}

}  // namespace hv::arch

// Page tables from the heap, without the pages that the alignment of a 16 KiB root would waste.
#include <hv/arch/table_memory.hpp>

#include <hv/arch/heap.hpp>
#include <hv/arch/image.hpp>
#include <hv/isa/pte.hpp>
#include <hv/lib/static_vector.hpp>

namespace hv::arch {
namespace {

/// In front of a root at a multiple of 16 KiB there are at most three.
constinit StaticVector<PhysAddr, 3> spare_pages;

PhysAddr allocate_page()
{
    return phys(heap().allocate_zeroed(isa::page_size, isa::page_size));
}

}  // namespace

std::optional<PhysAddr> HeapFrames::allocate(uint64_t size, uint64_t align)
{
    if (size == isa::page_size) {
        if (spare_pages.empty()) {
            return allocate_page();
        }
        const PhysAddr page = spare_pages.back();
        spare_pages.pop_back();
        return page;
    }
    while (!spare_pages.full() && !heap().unused().start.align_up(isa::page_size).is_aligned(align)) {
        spare_pages.push_back(allocate_page());
    }
    return phys(heap().allocate_zeroed(size, align));
}

}  // namespace hv::arch

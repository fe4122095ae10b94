// Words for what a page table refuses.
#include <hv/mm/page_table_types.hpp>

namespace hv::mm {

std::string_view name_of(MapError error)
{
    // clang-format off
    switch (error) {
        case MapError::misaligned:    return "start or size is not a multiple of 4 KiB";
        case MapError::not_canonical: return "the address does not fit the paging scheme";
        case MapError::not_physical:  return "the target is past the last physical address";
        case MapError::overlap:       return "part of it is mapped already";
        case MapError::out_of_frames: return "no memory left for page tables";
    }
    // clang-format on
    return "unknown error";
}

}  // namespace hv::mm

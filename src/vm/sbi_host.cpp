// Where a guest may run code.
#include <hv/vm/sbi_host.hpp>

namespace hv::vm {

bool is_executable(const mm::GuestMemory& memory, GuestPhysAddr pc)
{
    if (!pc.is_aligned(2)) {
        return false;
    }
    for (const mm::GuestRegion& region : memory.regions()) {
        if (region.range.contains(pc)) {
            return region.access == mm::GuestAccess::read_execute ||
                   region.access == mm::GuestAccess::read_write_execute;
        }
    }
    return false;
}

}  // namespace hv::vm

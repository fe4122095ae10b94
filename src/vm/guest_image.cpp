// A guest's images and its memory, as its description has them, put together.
#include <hv/vm/guest_image.hpp>

#include <hv/lib/format.hpp>
#include <hv/vm/guest_tree.hpp>

namespace hv::vm {

void format_value(FormatOutput& out, const GuestImageError& error)
{
    print(out, "{}/{}", error.guest, error.error);
}

GuestPhysRange ram_of(const GuestDescription& guest)
{
    const GuestPhysAddr start = guest.memory_base ? GuestPhysAddr{guest.memory_base->value()} : guest_map::ram;
    return {start, guest.memory};
}

Expected<LoadPlan, GuestImageError> plan_load(const GuestDescription& guest, std::span<const std::byte> built_in)
{
    const auto plan = plan_load(guest.built_in ? built_in : guest.kernel, guest.initrd, ram_of(guest));
    if (!plan) {
        return Unexpected{GuestImageError{guest.name, plan.error()}};
    }
    return *plan;
}

}  // namespace hv::vm

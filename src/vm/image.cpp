// Plans a guest's memory: the kernel where it asks to be, the initrd and the device tree as high as they fit.
#include <hv/vm/image.hpp>

#include <algorithm>

#include <hv/lib/bits.hpp>
#include <hv/lib/format.hpp>

#include "image_formats.hpp"

namespace hv::vm {
namespace {

using Kind = ImageError::Kind;

constexpr uint64_t page = 4096;
constexpr uint64_t roomy = uint64_t{2} << 20;
constexpr GuestPhysAddr three_gib{0xc000'0000};

/// Puts the tree at the end of `gap`, in `room` bytes that are aligned likewise, and the initrd below it.
bool place(GuestPhysRange gap, uint64_t room, uint64_t align, uint64_t initrd_size, LoadPlan& plan)
{
    if (gap.size < room) {
        return false;
    }
    const GuestPhysAddr tree = (gap.end() - room).align_down(align);
    const uint64_t initrd_room = align_up(initrd_size, page);
    if (tree < gap.start || tree - gap.start < initrd_room) {
        return false;
    }
    plan.tree = {tree, room};
    plan.initrd = {tree - initrd_room, initrd_size};
    return true;
}

bool place(GuestPhysRange ram, uint64_t initrd_size, LoadPlan& plan)
{
    const GuestPhysAddr behind = plan.kernel.end().align_up(page);
    const auto above = GuestPhysRange::between(behind, ram.end());
    const auto low = GuestPhysRange::between(behind, std::clamp(three_gib, behind, ram.end()));
    const auto below = GuestPhysRange::between(ram.start, plan.kernel.start.align_down(page));
    for (const GuestPhysRange gap : {low, above}) {
        if (place(gap, roomy, roomy, initrd_size, plan)) {
            return true;
        }
    }
    for (const GuestPhysRange gap : {above, below}) {
        if (place(gap, LoadPlan::least_tree_room, page, initrd_size, plan)) {
            return true;
        }
    }
    return false;
}

Expected<void, ImageError> plan_kernel(std::span<const std::byte> kernel, GuestPhysRange ram, LoadPlan& plan)
{
    if (is_linux_image(kernel)) {
        return plan_linux_image(kernel, ram, plan);
    }
    if (is_elf(kernel)) {
        return plan_elf(kernel, ram, plan);
    }
    if (const std::optional<ImageError> error = why_not_code(kernel)) {
        return Unexpected{*error};
    }
    return plan_flat(kernel, ram, default_text_offset, 0, plan);
}

/// What the memory would have to be, for the sizes are known.
ImageError too_small(uint64_t kernel_end, uint64_t initrd_size, GuestPhysRange ram)
{
    const uint64_t needed = align_up(kernel_end, page) + align_up(initrd_size, page) + LoadPlan::least_tree_room;
    return {Kind::memory_too_small, {}, initrd_size, needed, ram.size, {}, {}};
}

}  // namespace

Expected<LoadPlan, ImageError> plan_load(std::span<const std::byte> kernel, std::span<const std::byte> initrd,
                                         GuestPhysRange ram)
{
    require(ram.fits() && !ram.empty() && is_aligned(ram.start.value() | ram.size, page),
            "guest memory at {} is not whole pages", ram);
    LoadPlan plan;
    if (auto planned = plan_kernel(kernel, ram, plan); !planned) {
        const ImageError& error = planned.error();
        return Unexpected{error.kind == Kind::memory_too_small ? too_small(error.number, initrd.size(), ram)
                                                               : error};
    }
    if (!place(ram, initrd.size(), plan)) {
        return Unexpected{too_small(plan.kernel.end() - ram.start, initrd.size(), ram)};
    }
    if (!initrd.empty()) {
        plan.pieces.push_back({initrd, plan.initrd.start, 0});
    }
    return plan;
}

}  // namespace hv::vm

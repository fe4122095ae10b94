// The parts of our own image in memory, as hypervisor.ld names them.
#pragma once

#include <cstddef>
#include <cstdint>

#include <hv/arch/offsets.h>
#include <hv/lib/address.hpp>

extern "C" {
extern std::byte __image_start[];
extern std::byte __text_end[];
extern std::byte __rodata_end[];
extern std::byte __image_end[];
extern std::byte __trap_stack_bottom[];
extern std::byte __trap_stack_limit[];
extern std::byte __trap_stack_top[];
extern std::byte __stack_bottom[];
extern std::byte __stack_top[];
extern std::byte __heap[];
extern std::byte __heap_end[];
}

namespace hv::arch {

/// The address of a linker symbol or an object of ours: physical and virtual are the same number.
[[nodiscard]] inline PhysAddr phys(const volatile void* object)
{
    return PhysAddr{reinterpret_cast<uintptr_t>(object)};
}

[[nodiscard]] inline PhysRange phys_range(const std::byte* start, const std::byte* end)
{
    return PhysRange::between(phys(start), phys(end));
}

/// Text, read-only data, data and BSS.
[[nodiscard]] inline PhysRange image_range()
{
    return phys_range(__image_start, __image_end);
}
/// The boot hart's trap stack and stack, with the page below each.
[[nodiscard]] inline PhysRange boot_stacks_range()
{
    return phys_range(__image_end, __stack_top);
}
/// The heap as linked, before it is cut to what the machine has.
[[nodiscard]] inline PhysRange linked_heap_range()
{
    return phys_range(__heap, __heap_end);
}

/// Where the stub that copied us from flash found a partition description; null where there was none, or no stub.
[[nodiscard]] inline PhysAddr description_in_flash()
{
    return PhysAddr{*reinterpret_cast<const uint64_t*>(phys(__image_start).value() + HV_IMAGE_DESCRIPTION)};
}

}  // namespace hv::arch

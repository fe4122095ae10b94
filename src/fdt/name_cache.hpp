// Recognises the names of the properties that a host's device tree is read for. Private to this folder.
#pragma once

#include <array>

#include <hv/fdt/node.hpp>

namespace hv::fdt {

/// The properties that matter somewhere in a host's tree, one for each name.
enum class Slot : uint8_t {
    reg,
    compatible,
    status,
    device_type,
    no_map,
    isa,
    isa_extensions,
    mmu_type,
    timebase,
    bootargs,
    initrd_start,
    initrd_end,
    rng_seed,
    ranges,
    address_cells,
    size_cells,
    phandle,
    interrupt_parent,
    interrupts,
    interrupts_extended,
    plic_sources,
    cbom_block,
    cboz_block,
    cbop_block,
    none,
};

inline constexpr size_t slot_count = static_cast<size_t>(Slot::none);

/// Which slot a property's name has. A tree has few names and many properties: all but the first of a name are
/// recognised by where the name lies.
class NameCache {
public:
    [[nodiscard]] Slot slot_of(const Cursor& cursor)
    {
        const uint32_t offset = cursor.property_name_offset();
        uint32_t& entry = entries_[offset % entries_.size()];
        if (entry >> 8 != offset + 1) {
            entry = (offset + 1) << 8 | static_cast<uint32_t>(look_up(cursor.property_name()));
        }
        return Slot{static_cast<uint8_t>(entry)};
    }

private:
    [[nodiscard]] static Slot look_up(const char* name);

    // The offset of the name in the strings block, which Tree::max_size bounds, plus 1; and the slot in the low
    // byte.
    std::array<uint32_t, 32> entries_{};
};

}  // namespace hv::fdt

// The names of the properties that a host's device tree is read for.
#include "name_cache.hpp"

namespace hv::fdt {
namespace {

/// In the order of the slots.
constexpr std::array<std::string_view, slot_count> slot_names{
    "reg",
    "compatible",
    "status",
    "device_type",
    "no-map",
    "riscv,isa",
    "riscv,isa-extensions",
    "mmu-type",
    "timebase-frequency",
    "bootargs",
    "linux,initrd-start",
    "linux,initrd-end",
    "rng-seed",
    "ranges",
    "#address-cells",
    "#size-cells",
    "phandle",
    "interrupt-parent",
    "interrupts",
    "interrupts-extended",
    "riscv,ndev",
    "riscv,cbom-block-size",
    "riscv,cboz-block-size",
    "riscv,cbop-block-size",
};

}  // namespace

Slot NameCache::look_up(const char* name)
{
    for (size_t i = 0; i != slot_count; ++i) {
        if (*name == slot_names[i].front() && text_is(name, slot_names[i])) {
            return Slot{static_cast<uint8_t>(i)};
        }
    }
    return Slot::none;
}

}  // namespace hv::fdt

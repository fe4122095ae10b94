// Gathers, while a host's device tree is walked, who is wired to which interrupt controller. Private to this
// folder.
#pragma once

#include <array>

#include <hv/fdt/host_machine.hpp>

namespace hv::fdt {

/// A controller may come behind those that are wired to it, so what belongs together is found out at the end. What
/// is odd is as if it were absent: nothing here stops a boot.
class HostWires {
public:
    /// What the node at `depth` says of the controller of its interrupts, and of those of its children. [dt]
    /// Interrupts and Interrupt Mapping: interrupt-parent; `parent` is the property's value.
    void enter(uint32_t depth, std::span<const std::byte> parent);
    /// The PLIC's own: all that was said of it. The first usable one is kept.
    void take_plic(PhysRange registers, Property phandle, Property sources, std::span<const std::byte> contexts);
    /// The console's, at `depth`: the values of interrupts and interrupts-extended.
    void take_console(uint32_t depth, std::span<const std::byte> interrupts, std::span<const std::byte> extended);
    /// Fills in `machine`.plic, each hart's context, and the console's interrupt.
    void connect(HostMachine& machine) const;

private:
    void connect_harts(HostMachine& machine) const;
    [[nodiscard]] std::optional<uint32_t> console_interrupt() const;

    std::array<uint32_t, Tree::max_depth> parents_{};
    std::optional<HostPlic> plic_;
    uint32_t plic_phandle_ = 0;
    std::span<const std::byte> contexts_;
    uint32_t console_parent_ = 0;
    std::span<const std::byte> console_interrupts_;
    std::span<const std::byte> console_extended_;
};

}  // namespace hv::fdt

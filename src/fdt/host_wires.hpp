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
    /// An ACLINT SSWI's: its registers, if they have an address, and which harts it interrupts. Those beyond
    /// `max_sswis` are passed over.
    void take_sswi(std::optional<PhysRange> registers, std::span<const std::byte> harts);
    /// The console's, at `depth`: the values of interrupts and interrupts-extended.
    void take_console(uint32_t depth, std::span<const std::byte> interrupts, std::span<const std::byte> extended);
    /// Fills in `machine`.plic, each hart's context and SETSSIP register, and the console's interrupt.
    void connect(HostMachine& machine) const;

private:
    struct Sswi {
        PhysRange registers;
        std::span<const std::byte> harts;
    };
    /// QEMU has one for each socket, of which it has at most eight.
    static constexpr size_t max_sswis = 8;

    void connect_plic(HostMachine& machine) const;
    static void connect_sswi(HostMachine& machine, const Sswi& sswi);
    [[nodiscard]] std::optional<uint32_t> console_interrupt() const;

    std::array<uint32_t, Tree::max_depth> parents_{};
    std::optional<HostPlic> plic_;
    uint32_t plic_phandle_ = 0;
    std::span<const std::byte> contexts_;
    StaticVector<Sswi, max_sswis> sswis_;
    uint32_t console_parent_ = 0;
    std::span<const std::byte> console_interrupts_;
    std::span<const std::byte> console_extended_;
};

}  // namespace hv::fdt

// What a host's device tree says of its interrupt controller, and of who is wired to it.
#pragma once

#include <hv/fdt/property.hpp>
#include <hv/lib/address.hpp>

namespace hv::fdt {

/// [plic] The first available platform-level interrupt controller: "sifive,plic-1.0.0" or "riscv,plic0". Which of
/// its contexts is a hart's: Hart::plic_context.
struct HostPlic {
    PhysRange registers;
    uint32_t sources = 0;  ///< riscv,ndev: the last one's number, 1 to 1023

    /// Where a context's enable bits, 32 sources a word, and its threshold and claim register lie in `registers`.
    [[nodiscard]] static constexpr uint64_t enables_of(uint32_t context)
    {
        return 0x2000 + uint64_t{0x80} * context;
    }
    [[nodiscard]] static constexpr uint64_t controls_of(uint32_t context)
    {
        return 0x20'0000 + uint64_t{0x1000} * context;
    }
};

}  // namespace hv::fdt

// What a hart has for guests, as it was found out by trying.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <hv/fdt/host_isa.hpp>
#include <hv/isa/guest_controls.hpp>
#include <hv/isa/registers.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/format_output.hpp>

namespace hv::vm {

/// What the host's tree says of a hart that cannot be found out by trying.
struct HartHints {
    isa::PagingMode largest_mode = isa::PagingMode::bare;  ///< of mmu-type; bare: not said
    uint32_t zero_block = 0;  ///< bytes that CBO.ZERO clears; 0: not said, and then it is not tried

    [[nodiscard]] static HartHints from(const fdt::HostIsa& host)
    {
        return {fdt::paging_mode_of(host.mmu_type), host.cache_blocks.zero};
    }
};

/// Made by probe_hart(). Without a member's extension the member is 0, false or empty.
struct HartFeatures {
    /// The stage-2 schemes: Sv39x4, Sv48x4, Sv57x4.
    std::array<bool, 3> stage2{};
    /// hgatp keeps any mode, also reserved ones, so `stage2` is what the host's tree says of the host's own scheme.
    bool stage2_is_said = false;
    unsigned vmid_bits = 0;  ///< 0 to 14
    bool sstc = false;       ///< stimecmp and vstimecmp exist, and henvcfg gives the guest its own
    /// The bits that stick; of CBIE, that CBO.INVAL may be a flush. Empty where there is no henvcfg.
    std::optional<isa::Henvcfg> henvcfg{};
    std::optional<isa::Hstateen0> hstateen0{};  ///< the bits that stick; empty where there is no hstateen0
    isa::Counteren hcounteren{};                ///< the bits that stick
    isa::Counteren counters{};                  ///< cycle, time, instret: those that HS-mode can read
    bool fp = false;                            ///< sstatus.FS sticks, and fcsr is there
    bool vector = false;                        ///< sstatus.VS sticks, and vlenb is there
    bool cbo_zero = false;                      ///< CBO.ZERO clears a block of HartHints::zero_block bytes

    /// The smallest stage-2 scheme whose guest-physical addresses reach up to `end`, which is not among them. Empty
    /// where none does. [priv] Hypervisor: Guest physical addresses of 41, 50 and 59 bits.
    [[nodiscard]] std::optional<isa::PagingMode> smallest_mode_for(GuestPhysAddr end) const;

    friend constexpr bool operator==(const HartFeatures&, const HartFeatures&) = default;
};

/// "stage 2 Sv39x4 Sv48x4 Sv57x4, 14 VMID bits, Sstc, Svadu, Zicboz, FP, V, counters cycle time instret, henvcfg
/// STCE ADUE": the names of henvcfg and hstateen0 are those of bits that stick, which need not mean that they work.
void format_value(FormatOutput& out, const HartFeatures& features);

}  // namespace hv::vm

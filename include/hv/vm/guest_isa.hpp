// Which instruction set a guest is given: what its tree names, and the controls that make just that work.
#pragma once

#include <hv/fdt/host_isa.hpp>
#include <hv/vm/guest_tree.hpp>
#include <hv/vm/hart_features.hpp>

namespace hv::vm {

/// Each extension that is named works, and each that has a control bit and is not named traps. Large: give it
/// static storage or the heap, not a stack.
struct GuestIsa {
    /// What can be named beside the host's.
    static constexpr size_t max_added = 8;

    /// For GuestTreeRequest::isa_extensions: single letters first, and all in the specification's order, none
    /// twice. Views into the host's tree, or constants.
    StaticVector<std::string_view, fdt::HostIsa::max_extensions + max_added> extensions;
    std::string_view mmu_type;
    CacheBlocks cache_blocks;

    std::optional<isa::Henvcfg> henvcfg;      ///< to be written; empty where there is none
    std::optional<isa::Hstateen0> hstateen0;  ///< likewise
    isa::Counteren hcounteren;
    bool fp = false;      ///< the host's sstatus.FS is on while the guest runs
    bool vector = false;  ///< the host's sstatus.VS, likewise

    [[nodiscard]] bool has(std::string_view extension) const;
};

/// Fills in `guest`, which is fresh. What has no control bit is named as the host's tree names it; never H, never
/// an S-mode extension that is not known here, never one that is M-mode's.
void derive_guest_isa(const fdt::HostIsa& host, const HartFeatures& features, GuestIsa& guest);

}  // namespace hv::vm

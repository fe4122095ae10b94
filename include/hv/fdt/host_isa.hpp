// What a host's device tree says of its harts, and the instruction set that all of them share.
#pragma once

#include <hv/fdt/property.hpp>
#include <hv/isa/registers.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/static_vector.hpp>

namespace hv::fdt {

/// Bytes of the cache blocks that cbo.* work on; 0 where the tree does not say.
struct CacheBlockSizes {
    uint32_t management = 0;  ///< riscv,cbom-block-size
    uint32_t zero = 0;        ///< riscv,cboz-block-size
    uint32_t prefetch = 0;    ///< riscv,cbop-block-size

    friend constexpr bool operator==(const CacheBlockSizes&, const CacheBlockSizes&) = default;
};

/// [dt] CPUs: a child of /cpus; riscv,isa and the others from the RISC-V CPU binding. What is not said is empty.
struct Hart {
    uint64_t id = 0;
    bool available = false;     ///< its status is "okay" or not given
    std::string_view isa;       ///< riscv,isa: "rv64imafdch_zicsr_sstc"
    StringList isa_extensions;  ///< riscv,isa-extensions: "i", "m", "h", "sstc"
    std::string_view mmu_type;  ///< "riscv,sv48"
    CacheBlockSizes cache_blocks;
    uint32_t interrupt_controller = 0;     ///< the phandle of its own one; 0: none
    std::optional<uint32_t> plic_context;  ///< of its S-mode, at HostMachine::plic
    /// [aclint] Supervisor-level Software Interrupt Device: its SETSSIP register, four bytes at a multiple of four.
    /// A 1 stored there interrupts it. Empty where no such device is wired to it.
    std::optional<PhysAddr> sswi;
};

/// The extensions that a hart's tree names, one at a time: out of riscv,isa-extensions where there is one, else out
/// of riscv,isa. Versions are left out, "g" is what it stands for, and what is no lower-case name is passed over.
/// Bounded, whatever the tree holds.
class ExtensionReader {
public:
    explicit ExtensionReader(const Hart& hart);
    /// A view into the tree, or a constant. Empty at the end.
    [[nodiscard]] std::optional<std::string_view> next();

private:
    [[nodiscard]] std::optional<std::string_view> next_of_list();
    [[nodiscard]] std::optional<std::string_view> next_of_text();
    /// Off the front of text_, with its version.
    [[nodiscard]] std::string_view take_letter();
    [[nodiscard]] std::string_view take_word();

    StringList::Iterator list_;
    bool has_list_;
    std::string_view text_;
    size_t left_;                                // how many names are still looked at
    std::span<const std::string_view> general_;  // what is left of a "g"
};

/// What all harts that the hypervisor may use have in common. Large: part of HostMachine.
struct HostIsa {
    static constexpr size_t max_extensions = 160;

    /// In the order of the first available hart; those for which there is no room are left out. A name that the
    /// tree says twice is in here twice.
    StaticVector<std::string_view, max_extensions> extensions;
    std::string_view mmu_type;     ///< the smallest; empty where a hart has none, or one that is not known
    CacheBlockSizes cache_blocks;  ///< 0 where the harts differ

    [[nodiscard]] bool has(std::string_view extension) const;
};

/// Of the available ones of `harts`. `isa` is fresh.
void find_common_isa(std::span<const Hart> harts, HostIsa& isa);

/// "riscv,sv39" to "riscv,sv57"; bare for any other text. [dt] the RISC-V CPU binding: mmu-type.
[[nodiscard]] isa::PagingMode paging_mode_of(std::string_view mmu_type);

}  // namespace hv::fdt

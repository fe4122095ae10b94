// The device tree that a guest is given: written by us, from what the guest owns, and from nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/fdt/node.hpp>
#include <hv/fdt/writer.hpp>
#include <hv/lib/address.hpp>
#include <hv/vm/seed.hpp>

namespace hv::vm {

/// Where a guest's devices lie, and on which interrupts: as on QEMU's virt machine.
namespace guest_map {
inline constexpr GuestPhysAddr ram{0x8000'0000};
inline constexpr GuestPhysRange uart{GuestPhysAddr{0x1000'0000}, 0x100};
inline constexpr uint32_t uart_interrupt = 10;
inline constexpr uint32_t uart_clock = 3'686'400;  ///< Hz
inline constexpr GuestPhysRange plic{GuestPhysAddr{0x0c00'0000}, 0x60'0000};
inline constexpr GuestPhysAddr shared{0x5000'0000};      ///< of the first region
inline constexpr uint64_t shared_alignment = 0x20'0000;  ///< the others follow, each at a multiple of this
}  // namespace guest_map

/// Bytes of the cache blocks that cbo.* work on; 0 where the guest has no such instructions.
struct CacheBlocks {
    uint32_t management = 0;  ///< Zicbom
    uint32_t zero = 0;        ///< Zicboz
    uint32_t prefetch = 0;    ///< Zicbop
};

/// A region that the guest shares with others. It is no RAM of the guest's: its node is not a memory node.
struct SharedNode {
    std::string_view name{};  ///< the region's, which its members know it by
    GuestPhysRange range{};
    bool writable = false;
    unsigned doorbell = 0;  ///< its number: where its registers lie, and its interrupt
};

/// A device of the machine's that the guest has, at the same address and with the same interrupts.
struct GuestDevice {
    fdt::Node node;  ///< the machine's
    std::span<const PhysRange> registers{};
    std::span<const uint32_t> interrupts{};
};

/// What of the machine a guest owns. Everything said here must be there, and what is not said must not be.
struct GuestTreeRequest {
    uint32_t harts = 1;  ///< with the ids 0 to harts - 1
    /// The ISA, one extension an entry, single letters first and in their order: "i", "m", "a", "zicsr", "sstc".
    /// Both spellings of the tree are made of it.
    std::span<const std::string_view> isa_extensions{};
    std::string_view mmu_type{};  ///< "riscv,sv39"; empty: not said
    CacheBlocks cache_blocks{};
    uint32_t timebase_frequency = 0;  ///< Hz
    std::span<const GuestPhysRange> memory{};
    std::string_view bootargs{};  ///< empty: none
    GuestPhysRange initrd{};      ///< empty: none
    bool uart = true;
    std::span<const GuestDevice> devices{};
    uint32_t plic_sources = 0;  ///< its last interrupt's number; 0: no PLIC
    std::span<const SharedNode> shared{};
    std::optional<GuestSeeds> seeds{};
};

/// Bytes that are enough for the tree, whatever the seeds; about a third more than it takes.
[[nodiscard]] size_t guest_tree_room_for(const GuestTreeRequest& guest);

/// A tree that was written, and where in it the values of its seeds lie, if it has any.
struct GuestTree {
    std::span<std::byte> bytes{};
    size_t rng_seed = 0;
    size_t kaslr_seed = 0;
};

/// Writes the tree to the start of `room`, which is 8-aligned.
[[nodiscard]] Expected<GuestTree, fdt::OutOfRoom> write_guest_tree(const GuestTreeRequest& guest,
                                                                   std::span<std::byte> room);

/// Makes of a tree with seeds the one that would have been written with these: between two starts of a guest
/// nothing else in it changes.
void replace_seeds(const GuestTree& tree, const GuestSeeds& seeds);

}  // namespace hv::vm

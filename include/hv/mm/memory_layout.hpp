// Decides how much of the heap that the hypervisor is linked with this machine has, and why not more.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/format_output.hpp>

namespace hv::mm {

/// Who holds a piece of memory that others cannot have.
enum class Holder : uint8_t { device_tree, initrd, reserved, hypervisor, guest };

/// A piece of memory that is taken.
struct Claim {
    Holder holder{};
    PhysRange range;
    std::string_view name;  ///< of a reserved range, as the device tree names it; "image", "stack"; or a guest's
};

/// "the initrd 0x84200000..0x84300000", "the reserved range mmode_resv0@80000000 0x80000000..0x80080000".
void format_value(FormatOutput& out, const Claim& claim);

/// What the machine has, and what the hypervisor was linked for. The heap follows the stack, the stack the image.
struct LayoutRequest {
    std::span<const PhysRange> ram;  ///< in any order; banks may touch and overlap
    PhysRange image;
    PhysRange stack;
    PhysRange wanted_heap;
    std::span<const Claim> claims;  ///< in any order; they may overlap each other and lie anywhere
};

/// The heap that there is. It starts where it was linked; its end is a multiple of 4 KiB, or the wanted one.
struct HeapLayout {
    PhysRange heap;
    PhysAddr wanted_end;
    /// Who ends it before its wanted end. None where it is not cut, or where RAM ends there.
    std::optional<Claim> claim;

    [[nodiscard]] bool is_cut() const { return heap.end() != wanted_end; }
};

/// "the heap ends at 0x84000000 instead of 0x86710000: RAM ends there".
void format_value(FormatOutput& out, const HeapLayout& layout);

/// Why the hypervisor cannot run where it lies. Every field that its kind does not name is empty.
struct LayoutError {
    enum class Kind : uint8_t {
        no_ram,          ///< nothing
        outside_of_ram,  ///< `ours`, `our_range`
        overlap,         ///< `ours`, `our_range`, and the `claim` on it
        heap_too_small,  ///< `our_range`: the heap that there is; `claim`: who ends it, or none where RAM ends
    };

    Kind kind{};
    std::string_view ours;  ///< "image" or "stack"
    PhysRange our_range;
    std::optional<Claim> claim;
    PhysRange ram;  ///< of outside_of_ram: the bank that holds the range's start, or else the first
};

/// A sentence for people, with the numbers of both sides.
void format_value(FormatOutput& out, const LayoutError& error);

/// Does every byte of `range` lie in RAM?
[[nodiscard]] bool is_ram(std::span<const PhysRange> ram, PhysRange range);

/// Less heap than this is none.
inline constexpr uint64_t minimum_heap_size = 4 * 1024 * 1024;

/// Image and stack must lie in RAM and belong to nobody else. The heap's end is cut to where RAM ends or the first
/// claim above the heap's start begins; at least minimum_heap_size must be left.
[[nodiscard]] Expected<HeapLayout, LayoutError> lay_out_memory(const LayoutRequest& request);

}  // namespace hv::mm

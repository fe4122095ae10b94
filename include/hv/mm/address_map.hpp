// What lies where in the hypervisor's own address space: the list that its page table is built from, and that a
// panic reads to say in words what a bad address hit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/page_table_types.hpp>

namespace hv::mm {

/// "read and write"
[[nodiscard]] std::string_view name_of(KernelAccess access);

/// Whole pages with the same access. The name is a noun without article that outlives the map: "heap", "text".
struct MemoryRegion {
    std::string_view name{};
    PhysRange range{};
    std::optional<KernelAccess> access{};  ///< none for a guard page, which is never mapped
    uint64_t hart = no_hart;               ///< the hart id whose stack or guard page it is

    static constexpr uint64_t no_hart = UINT64_MAX;
};

/// "heap", "stack of hart 2"
void format_value(FormatOutput& out, const MemoryRegion& region);

/// The region that holds `address`, or nullptr.
[[nodiscard]] const MemoryRegion* find_region(std::span<const MemoryRegion> map, PhysAddr address);

/// Adds one region, of memory that no other has.
void add_region(Vector<MemoryRegion>& map, const MemoryRegion& region);

/// Adds `whole` to `map` but for `holes`, which have regions of their own: the pieces before, between and behind
/// them. The holes lie in `whole`, in the order of their addresses, and do not overlap.
void add_around(Vector<MemoryRegion>& map, const MemoryRegion& whole, std::span<const PhysRange> holes);

/// Adds the whole pages that `region` touches, unless another region of the same access has them already: two
/// devices may share a page.
void add_pages_of(Vector<MemoryRegion>& map, const MemoryRegion& region);

enum class Access : uint8_t { load, store, jump };

/// Says what an access that faulted hit, in one sentence without a full stop:
///   "stack overflow on hart 0: store to 0x80220ff8, in the guard page below its stack"
///   "store to 0x80200010, in text (read and execute)"
///   "jump to 0x80215000, in data (read and write)"
///   "load from 0x10, where nothing is mapped"
void describe_fault(FormatOutput& out, std::span<const MemoryRegion> map, Access access, VirtAddr address);

}  // namespace hv::mm

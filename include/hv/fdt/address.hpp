// Addresses in a device tree: `reg` in the cells that the parent states, and `ranges` on the way to the root.
#pragma once

#include <array>

#include <hv/fdt/tree.hpp>

namespace hv::fdt {

/// What a node says of the addresses of its children. [dt] #address-cells and #size-cells, ranges.
struct Bus {
    /// A count that is no <u32>, or does not fit, becomes this, which no reader supports.
    static constexpr uint8_t unsupported = UINT8_MAX;

    uint8_t address_cells = 2;
    uint8_t size_cells = 1;
    /// Offset in the tree of the value of ranges; 0, where the header lies, is for none. Without ranges the
    /// children's addresses mean nothing to the parent; with empty ranges they are the parent's.
    uint32_t ranges = 0;

    void take_address_cells(std::span<const std::byte> value) { address_cells = cell_count(value); }
    void take_size_cells(std::span<const std::byte> value) { size_cells = cell_count(value); }
    /// Takes in the property of the node that the cursor stands at; most say nothing of addresses.
    void take(const Tree& tree, const Cursor& cursor);

private:
    static uint8_t cell_count(std::span<const std::byte> value);
};

/// One entry of `reg`, in the parent's address space.
struct RegEntry {
    uint64_t address = 0;
    uint64_t size = 0;
};

/// The entries of a `reg`.
class RegList {
public:
    /// `value` is the property's. Errors: cells_unsupported (an address takes 1 or 2 cells, a size up to 2),
    /// reg_bad_length.
    [[nodiscard]] static Expected<RegList, ErrorKind> read(const Bus& parent, std::span<const std::byte> value);

    [[nodiscard]] size_t size() const { return count_; }
    /// `index` is below size().
    [[nodiscard]] RegEntry operator[](size_t index) const;

private:
    RegList(const std::byte* first, uint32_t count, uint8_t address_cells, uint8_t size_cells)
        : first_{first},
          count_{count},
          address_cells_{address_cells},
          size_cells_{size_cells}
    {
    }

    const std::byte* first_;
    uint32_t count_;
    uint8_t address_cells_;
    uint8_t size_cells_;
};

/// The nodes from the root down to where a walk stands, as far as addresses go.
class BusPath {
public:
    /// `tree` must outlive it.
    explicit BusPath(const Tree& tree) : tree_{tree} {}

    /// The bus of the node at `depth`, the root's being 0; below Tree::max_depth.
    [[nodiscard]] Bus& operator[](uint32_t depth) { return buses_[depth]; }
    [[nodiscard]] const Bus& operator[](uint32_t depth) const { return buses_[depth]; }

    /// An address range among the children of the node at `depth`, as the machine's: through every ranges up to the
    /// root's. It must lie in one entry of each. Errors: address_not_translatable, cells_unsupported,
    /// ranges_bad_length, reg_past_last_address.
    [[nodiscard]] Expected<PhysRange, ErrorKind> to_machine(uint32_t depth, RegEntry entry) const;

private:
    const Tree& tree_;
    std::array<Bus, Tree::max_depth> buses_{};
};

/// Where entry `index` of a node's `reg` lies for the machine. One walk from the root to the node. Errors:
/// reg_missing (also where there are fewer entries), and those of RegList and BusPath.
[[nodiscard]] Expected<PhysRange, Error> address_of(const Tree& tree, Node node, size_t index = 0);

}  // namespace hv::fdt

// A flattened device tree, read where it lies: nothing is copied, nothing allocated, no number in it trusted.
#pragma once

#include <hv/fdt/error.hpp>
#include <hv/fdt/node.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>

namespace hv::fdt {

/// The memory-reservation block's entries up to its last. [dt] Flattened Devicetree Format: Memory Reservation
/// Block.
class ReservationRange {
public:
    class Iterator {
    public:
        explicit Iterator(const std::byte* at) : at_{at} {}
        PhysRange operator*() const { return {PhysAddr{read_be64(at_)}, read_be64(at_ + 8)}; }
        Iterator& operator++()
        {
            at_ += 16;
            return *this;
        }
        /// The last entry, 0 and 0, is the end and no reservation.
        bool operator==(RangeEnd) const { return read_be64(at_) == 0 && read_be64(at_ + 8) == 0; }

    private:
        const std::byte* at_;
    };

    explicit ReservationRange(const std::byte* first) : first_{first} {}
    [[nodiscard]] Iterator begin() const { return Iterator{first_}; }
    [[nodiscard]] RangeEnd end() const { return {}; }

private:
    const std::byte* first_;
};

/// Views bytes that must outlive it and not change. [dt] Flattened Devicetree Format, version 17.
class Tree {
public:
    static constexpr uint32_t header_size = 40;
    /// A tree of more bytes is taken for garbage. QEMU's has up to 1 MiB, nearly all of it padding. Whoever expects
    /// more, for a tree that carries images, says so with `limit`.
    static constexpr uint32_t max_size = 2 * 1024 * 1024;
    /// Levels of nodes, the root's included. Real trees have about ten.
    static constexpr uint32_t max_depth = 32;

    /// How many bytes the tree has that begins with `start`, of which the first 8 are enough: for whoever knows
    /// only an address. Errors: too_short, bad_magic, bad_total_size, too_large.
    [[nodiscard]] static Expected<uint32_t, Error> size_from_header(std::span<const std::byte> start,
                                                                    uint32_t limit = max_size);

    /// Checks every byte that a later call reads, once, in one pass. `blob` may be longer than the tree is. Errors:
    /// those of size_from_header, and every ErrorKind up to end_missing.
    [[nodiscard]] static Expected<Tree, Error> open(std::span<const std::byte> blob, uint32_t limit = max_size);

    [[nodiscard]] Node root() const;
    /// "/soc/serial@10000000", with or without unit addresses, or an alias in place of the first component:
    /// "serial0", "pci0/bridge@1". The first match in the tree's order.
    [[nodiscard]] std::optional<Node> find(std::string_view path) const;
    /// [dt] Standard Properties: phandle; also by its old name, linux,phandle.
    [[nodiscard]] std::optional<Node> find_phandle(uint32_t phandle) const;

    [[nodiscard]] ReservationRange reservations() const { return ReservationRange{bytes_.data() + reservations_}; }
    /// Stands before the root: the way to see every node and property in one pass.
    [[nodiscard]] Cursor walk() const { return {bytes_.data() + structure_, bytes_.data() + strings_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    /// Where in the tree a property's value or a name lies: for an Error.
    [[nodiscard]] uint32_t offset_of(const void* place) const;

private:
    Tree(std::span<const std::byte> bytes, uint32_t reservations, uint32_t structure, uint32_t strings)
        : bytes_{bytes},
          reservations_{reservations},
          structure_{structure},
          strings_{strings}
    {
    }

    std::span<const std::byte> bytes_;
    uint32_t reservations_;
    uint32_t structure_;
    uint32_t strings_;
};

}  // namespace hv::fdt

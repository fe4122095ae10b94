// A radix page table, for our own addresses or a guest's: maps ranges, looks addresses up, knows no CSR.
#pragma once

#include <optional>
#include <type_traits>

#include <hv/isa/pte.hpp>
#include <hv/lib/expected.hpp>
#include <hv/mm/page_table_piece.hpp>
#include <hv/mm/page_table_types.hpp>

namespace hv::mm {

/// A table in one of isa's formats. After each single write every address translates as before the call to map() or
/// as after it, so the table may be in use by any hart meanwhile. Nothing is ever unmapped, and no table freed.
template <typename Format, FrameSource Frames, EntryMemory Memory>
class PageTable {
public:
    using Addr = Address<typename Format::Space>;
    using Range = AddressRange<typename Format::Space>;
    using Flush = TlbFlush<typename Format::Space>;
    using Access = std::conditional_t<Format::guest_stage, GuestAccess, KernelAccess>;

    /// An empty table. `frames` and `memory` outlive it. Fails with out_of_frames only.
    [[nodiscard]] static Expected<PageTable, MapError> create(Frames& frames, Memory& memory)
    {
        constexpr uint64_t size = Format::table_bytes(Format::root_level);
        const std::optional<PhysAddr> root = frames.allocate(size, size);
        if (!root) {
            return Unexpected{MapError::out_of_frames};
        }
        return PageTable{frames, memory, *root};
    }

    /// The root table, for satp or hgatp.
    [[nodiscard]] PhysAddr root() const { return root_; }

    /// Maps `range` to as many bytes from `target`, with the largest pages that fit. An error leaves every
    /// translation as it was; tables that were made before the frames ran out stay linked, empty, and serve the
    /// next call. An empty range is no error.
    [[nodiscard]] Expected<Flush, MapError> map(Range range, PhysAddr target, Access access)
    {
        const Piece whole{range.start, range.size, target};
        if (const std::optional<MapError> error = whole.error()) {
            return Unexpected{*error};
        }
        if (!is_vacant<Format::root_level>(root_, whole)) {
            return Unexpected{MapError::overlap};
        }
        if (!make_tables<Format::root_level>(root_, whole)) {
            return Unexpected{MapError::out_of_frames};
        }
        fill<Format::root_level>(root_, whole, access);
        return Flush{range};
    }

    /// What a hart would find for `address`.
    [[nodiscard]] std::optional<Translation> walk(Addr address) const
    {
        if (!Format::is_canonical(address)) {
            return std::nullopt;
        }
        PhysAddr table = root_;
        for (unsigned level = Format::root_level;; --level) {
            const isa::Pte entry = read(table + Format::entry_offset(address, level));
            if (entry.is_leaf()) {
                const uint64_t offset = address.value() & (Format::page_bytes(level) - 1);
                return Translation{entry.address() + offset, entry, level};
            }
            if (!entry.is_table() || level == 0) {
                return std::nullopt;
            }
            table = entry.address();
        }
    }

private:
    using Piece = MapPiece<Format>;

    PageTable(Frames& frames, Memory& memory, PhysAddr root) : frames_{&frames}, memory_{&memory}, root_{root} {}

    // The three walks below descend one level at a call, so their depth is the format's.

    template <unsigned level>
    [[nodiscard]] bool is_vacant(PhysAddr table, Piece piece) const
    {
        while (piece.size != 0) {
            const Piece part = piece.take_entry(Format::page_bytes(level));
            const isa::Pte entry = read(table + Format::entry_offset(part.at, level));
            if constexpr (level > 0) {
                if (entry.is_table() && is_vacant<level - 1>(entry.address(), part)) {
                    continue;
                }
            }
            if (entry.is_valid()) {
                return false;
            }
        }
        return true;
    }

    /// Links a table wherever `piece` needs one and has none.
    template <unsigned level>
    [[nodiscard]] bool make_tables(PhysAddr table, Piece piece)
    {
        while (piece.size != 0) {
            const Piece part = piece.take_entry(Format::page_bytes(level));
            const PhysAddr slot = table + Format::entry_offset(part.at, level);
            isa::Pte entry = read(slot);
            if (!entry.is_valid() && !part.is_page(Format::page_bytes(level))) {
                const std::optional<PhysAddr> next = frames_->allocate(isa::page_size, isa::page_size);
                if (!next) {
                    return false;
                }
                entry = isa::Pte::table(*next);
                memory_->write(slot, entry.bits());
            }
            if constexpr (level > 1) {
                if (entry.is_valid() && !make_tables<level - 1>(entry.address(), part)) {
                    return false;
                }
            }
        }
        return true;
    }

    template <unsigned level>
    void fill(PhysAddr table, Piece piece, Access access)
    {
        while (piece.size != 0) {
            const Piece part = piece.take_entry(Format::page_bytes(level));
            const PhysAddr slot = table + Format::entry_offset(part.at, level);
            if constexpr (level > 0) {
                if (const isa::Pte entry = read(slot); entry.is_valid()) {
                    fill<level - 1>(entry.address(), part, access);
                    continue;
                }
            }
            memory_->write(slot, leaf_entry(part.target, access).bits());
        }
    }

    [[nodiscard]] isa::Pte read(PhysAddr slot) const { return isa::Pte{memory_->read(slot)}; }

    Frames* frames_;
    Memory* memory_;
    PhysAddr root_;
};

}  // namespace hv::mm

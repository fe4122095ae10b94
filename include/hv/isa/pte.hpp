// Page-table entries and the shapes of the tables that they fill: Sv39 to Sv57, and Sv39x4 to Sv57x4 for guests.
#pragma once

#include <cstdint>

#include <hv/isa/registers.hpp>
#include <hv/isa/word.hpp>
#include <hv/lib/address.hpp>

namespace hv::isa {

/// [priv] Supervisor: Sv39, Sv48, Sv57. A page table entry; all schemes of RV64 share its layout.
struct Pte : Word<Pte> {
    using Word::Word;
    static constexpr Flag<0> valid{};
    static constexpr Flag<1> read{};
    static constexpr Flag<2> write{};
    static constexpr Flag<3> execute{};
    static constexpr Flag<4> user{};
    static constexpr Flag<5> global{};
    static constexpr Flag<6> accessed{};
    static constexpr Flag<7> dirty{};
    static constexpr Field<8, 2> rsw{};  ///< for software
    static constexpr Field<10, 44> ppn{};
    static constexpr Field<61, 2> pbmt{};  ///< page-based memory type, with Svpbmt
    static constexpr Flag<63> napot{};     ///< one of a naturally aligned group, with Svnapot

    /// An entry that points to the next table.
    [[nodiscard]] static constexpr Pte table(PhysAddr next)
    {
        return Pte{}.with(valid, true).with(ppn, next.value() >> 12);
    }

    [[nodiscard]] constexpr bool is_valid() const { return get(valid); }
    /// [priv] Supervisor: Virtual Address Translation Process. An entry that says R or X maps a page. The
    /// specification reserves W without R.
    [[nodiscard]] constexpr bool is_leaf() const { return get(valid) && (get(read) || get(execute)); }
    [[nodiscard]] constexpr bool is_table() const
    {
        return get(valid) && !get(read) && !get(write) && !get(execute);
    }
    /// What it points to: a page or the next table.
    [[nodiscard]] constexpr PhysAddr address() const { return PhysAddr{get(ppn) << 12}; }
};
static_assert(round_trips<Pte>(Pte::ppn, uint64_t{0x80200}) && round_trips<Pte>(Pte::pbmt, uint64_t{2}));
static_assert(round_trips<Pte>(Pte::valid, true) && round_trips<Pte>(Pte::dirty, true));
static_assert(Pte::ppn.mask == 0x003f'ffff'ffff'fc00 && Pte::napot.mask == 1ULL << 63);
static_assert(Pte::table(PhysAddr{0x8020'0000}).is_table() && !Pte::table(PhysAddr{0x8020'0000}).is_leaf());
static_assert(Pte::table(PhysAddr{0x8020'0000}).address() == PhysAddr{0x8020'0000});

/// The bits of a physical address that an entry can hold.
inline constexpr unsigned physical_address_bits = 56;
inline constexpr uint64_t page_size = 4096;

/// The shape of a table of `level_count` levels; level 0 is the one of 4 KiB pages. `Space` says which addresses it
/// translates. `root_extra_bits` makes the root's index longer: the "x4" of the guest schemes.
template <unsigned level_count, unsigned root_extra_bits, typename AddressSpace, PagingMode paging_mode>
struct PagingFormat {
    using Space = AddressSpace;
    static constexpr PagingMode mode = paging_mode;
    static constexpr unsigned levels = level_count;
    static constexpr unsigned root_level = levels - 1;
    static constexpr bool guest_stage = root_extra_bits != 0;
    /// Bits of an address that are translated or are the page offset.
    static constexpr unsigned address_bits = 12 + 9 * levels + root_extra_bits;

    /// What one entry at `level` covers, in bytes.
    [[nodiscard]] static constexpr uint64_t page_bytes(unsigned level) { return page_size << (9 * level); }
    /// The size of a table at `level` in bytes, which is its alignment too.
    [[nodiscard]] static constexpr uint64_t table_bytes(unsigned level)
    {
        return level == root_level ? page_size << root_extra_bits : page_size;
    }
    /// Where the entry for `address` lies in its table at `level`, in bytes.
    [[nodiscard]] static constexpr uint64_t entry_offset(Address<Space> address, unsigned level)
    {
        return (address.value() >> (12 + 9 * level)) * sizeof(Pte) & (table_bytes(level) - 1);
    }
    /// [priv] Supervisor: Sv39: the bits above the translated ones equal the highest of those.
    /// [priv] Hypervisor: Guest Physical Address Translation: there they are zero.
    [[nodiscard]] static constexpr bool is_canonical(Address<Space> address)
    {
        const auto above = static_cast<uint64_t>(static_cast<int64_t>(address.value()) >> (address_bits - 1));
        return guest_stage ? address.value() >> address_bits == 0 : above == 0 || above == UINT64_MAX;
    }
};

using Sv39 = PagingFormat<3, 0, struct hv::SupervisorVirtual, PagingMode::sv39>;
using Sv48 = PagingFormat<4, 0, struct hv::SupervisorVirtual, PagingMode::sv48>;
using Sv57 = PagingFormat<5, 0, struct hv::SupervisorVirtual, PagingMode::sv57>;
// [priv] Hypervisor: hgatp. The root has 2048 entries in 16 KiB.
using Sv39x4 = PagingFormat<3, 2, struct hv::GuestPhysical, PagingMode::sv39>;
using Sv48x4 = PagingFormat<4, 2, struct hv::GuestPhysical, PagingMode::sv48>;
using Sv57x4 = PagingFormat<5, 2, struct hv::GuestPhysical, PagingMode::sv57>;

static_assert(sizeof(Pte) == 8);
static_assert(Sv39::address_bits == 39 && Sv39x4::address_bits == 41 && Sv57x4::address_bits == 59);
static_assert(Sv39x4::table_bytes(2) == 16384 && Sv39x4::table_bytes(1) == 4096);
static_assert(Sv39::page_bytes(2) == 1 << 30);
static_assert(Sv39::entry_offset(VirtAddr{0x8020'0000}, 2) == 16 &&
              Sv39::entry_offset(VirtAddr{0x8020'0000}, 1) == 8);
static_assert(!Sv39::is_canonical(VirtAddr{1ULL << 38}) && Sv39::is_canonical(VirtAddr{0 - (1ULL << 38)}));
static_assert(Sv39x4::is_canonical(GuestPhysAddr{(1ULL << 41) - 1}) &&
              !Sv39x4::is_canonical(GuestPhysAddr{1ULL << 41}));

}  // namespace hv::isa

// A walk of a guest's own page tables, by software: where a guest-virtual address leads, or what stops it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/isa/pte.hpp>
#include <hv/isa/registers.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/format.hpp>
#include <hv/mm/guest_memory.hpp>

namespace hv::mm {

enum class GuestAccessKind : uint8_t { load, store, fetch };

/// How a guest's hart translates: what decides which addresses it may touch.
struct GuestPaging {
    isa::Satp vsatp{};
    bool user = false;  ///< for VU-mode, else for VS-mode
    bool sum = false;   ///< vsstatus.SUM: VS-mode may load and store in pages of VU-mode
    bool mxr = false;   ///< vsstatus.MXR, or sstatus.MXR: loads may read executable pages
    /// Are pages whose A bit, or for stores D bit, is clear refused? A walk that only looks need not mind.
    bool need_accessed_dirty = false;
};

/// Where an address leads.
struct GuestTranslation {
    GuestPhysAddr address{};
    uint64_t contiguous = 0;  ///< the bytes from there to the end of the page; up to 2^64 - 1 with Bare
    isa::Pte entry{};         ///< the leaf; 0 with Bare

    friend constexpr bool operator==(const GuestTranslation&, const GuestTranslation&) = default;
};

/// What stopped a walk.
struct GuestWalkFault {
    enum class Reason : uint8_t {
        not_canonical,      ///< the upper bits of the address are not alike
        mode_unknown,       ///< vsatp holds none of Bare, Sv39, Sv48, Sv57
        table_unreachable,  ///< there is no memory of the guest where `entry_address` is
        not_valid,
        reserved,   ///< the entry sets bits that it must not
        no_leaf,    ///< the last level points to yet another table
        misplaced,  ///< a large page that is not aligned to its size
        not_for_supervisor,
        not_for_user,
        not_readable,
        not_writable,
        not_executable,
        not_accessed,  ///< the A bit is clear
        not_dirty,     ///< the D bit is clear
        /// The page is found, and copy_out() finds no memory of the guest at `entry_address`, which is then the
        /// page's own.
        page_unreachable,
    };
    Reason reason = Reason::not_canonical;
    unsigned level = 0;  ///< of the entry: 0 is that of 4 KiB pages. The first two reasons have no entry.
    GuestPhysAddr entry_address{};
    isa::Pte entry{};

    /// [priv] Supervisor: Virtual Address Translation Process. Would hardware call it an access fault? All else is
    /// a page fault.
    [[nodiscard]] constexpr bool is_access_fault() const
    {
        return reason == Reason::table_unreachable || reason == Reason::page_unreachable;
    }
    friend constexpr bool operator==(const GuestWalkFault&, const GuestWalkFault&) = default;
};

/// Such as "is not valid", to stand behind the entry.
[[nodiscard]] std::string_view name_of(GuestWalkFault::Reason reason);
/// "the level-1 entry 0x0 at 0x80201008 is not valid"
void format_value(FormatOutput& out, const GuestWalkFault& fault);

/// [priv] Supervisor: Virtual Address Translation Process, for vsatp. Reads at most five entries, and writes
/// nothing: A and D bits stay as they are. Svnapot and Svpbmt are understood whether the guest has them or not.
[[nodiscard]] Expected<GuestTranslation, GuestWalkFault>
translate(const GuestMemory& memory, const GuestPaging& paging, GuestVirtAddr address, GuestAccessKind kind);

/// Loads bytes that are next to each other for the guest, over as many pages as they take; with a fault in any of
/// them, `to` holds an unspecified part of them.
[[nodiscard]] Expected<void, GuestWalkFault> copy_out(const GuestMemory& memory, const GuestPaging& paging,
                                                      GuestVirtAddr from, std::span<std::byte> to);

}  // namespace hv::mm

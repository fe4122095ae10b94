// What a page table grants, refuses and owes: access rights, errors, TLB flushes.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include <hv/isa/pte.hpp>
#include <hv/lib/address.hpp>

namespace hv::mm {

/// What a page of the hypervisor's own map allows. Nothing is both writable and executable: there is no such value.
enum class KernelAccess : uint8_t { read, read_write, read_execute };

/// What a guest may do to a page of its memory, before its own page tables take away from it.
enum class GuestAccess : uint8_t { read, read_write, read_execute, read_write_execute };

/// The entry for a page at `target`. A and D are set beforehand: hardware may fault where they are not, and nothing
/// here looks at them. [priv] Supervisor: Addressing and Memory Protection.
[[nodiscard]] constexpr isa::Pte leaf_entry(PhysAddr target, KernelAccess access)
{
    using isa::Pte;
    return Pte::table(target)
        .with(Pte::read, true)
        .with(Pte::write, access == KernelAccess::read_write)
        .with(Pte::execute, access == KernelAccess::read_execute)
        .with(Pte::accessed, true)
        .with(Pte::dirty, true);
}

/// [priv] Hypervisor: Guest-Page Faults. The hart checks every access of a guest as if made in U-mode, so U is set.
[[nodiscard]] constexpr isa::Pte leaf_entry(PhysAddr target, GuestAccess access)
{
    using isa::Pte;
    const bool all = access == GuestAccess::read_write_execute;
    return Pte::table(target)
        .with(Pte::read, true)
        .with(Pte::write, all || access == GuestAccess::read_write)
        .with(Pte::execute, all || access == GuestAccess::read_execute)
        .with(Pte::user, true)
        .with(Pte::accessed, true)
        .with(Pte::dirty, true);
}

/// Why a range was not mapped.
enum class MapError : uint8_t {
    misaligned,     ///< a start or the size is not a multiple of 4 KiB
    not_canonical,  ///< addresses that the scheme cannot translate
    not_physical,   ///< a target past the 56 bits of a physical address
    overlap,        ///< something in the range is mapped already
    out_of_frames,  ///< no memory for another table
};

/// The error in words that complete "cannot map ...: ".
[[nodiscard]] std::string_view name_of(MapError error);

/// Where an address leads.
struct Translation {
    PhysAddr address{};  ///< of the byte asked for
    isa::Pte entry{};    ///< the leaf, with the page's permissions
    unsigned level = 0;  ///< the leaf's: 0 for 4 KiB, 1 for 2 MiB, 2 for 1 GiB

    friend constexpr bool operator==(const Translation&, const Translation&) = default;
};

/// Where tables come from: `size` zeroed bytes aligned to `align`, or nothing when it has run out.
template <typename T>
concept FrameSource = requires(T& frames, uint64_t size, uint64_t align)
{
    {
        frames.allocate(size, align)
        } -> std::same_as<std::optional<PhysAddr>>;
};

/// How entries are reached. If another hart may be walking the table, a write is seen after all that went before
/// it.
template <typename T>
concept EntryMemory = requires(T& memory, PhysAddr at, uint64_t entry)
{
    {
        memory.read(at)
        } -> std::same_as<uint64_t>;
    {
        memory.write(at, entry)
        } -> std::same_as<void>;
};

/// A debt: translations of `range` changed, and a hart that uses the table may still hold the old ones, a
/// remembered "nothing is mapped here" included. Whoever receives it flushes, or says why that is not needed.
template <typename Space>
class [[nodiscard]] TlbFlush {
public:
    constexpr explicit TlbFlush(AddressRange<Space> range) : range_{range} {}

    /// Empty where nothing changed.
    [[nodiscard]] constexpr AddressRange<Space> range() const { return range_; }
    /// No hart has ever had this table in satp or hgatp, so none remembers anything of it.
    constexpr void not_owed_for_unused_table() const {}

private:
    AddressRange<Space> range_;
};

}  // namespace hv::mm

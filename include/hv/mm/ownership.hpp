// Who owns what of the machine: every stretch of memory, every device's window, every hart and interrupt, one
// owner.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/guest_memory.hpp>

namespace hv::mm {

/// A guest, by its number; memory that several share, by its number; us; or nobody.
struct Owner {
    enum class Kind : uint8_t { nobody, hypervisor, guest, shared };

    Kind kind = Kind::nobody;
    uint8_t index = 0;

    [[nodiscard]] static constexpr Owner guest(size_t index) { return {Kind::guest, static_cast<uint8_t>(index)}; }
    [[nodiscard]] static constexpr Owner shared(size_t index)
    {
        return {Kind::shared, static_cast<uint8_t>(index)};
    }
    [[nodiscard]] static constexpr Owner hypervisor() { return {Kind::hypervisor, 0}; }

    friend constexpr bool operator==(Owner, Owner) = default;
};

/// A stretch of the machine's addresses. What it is, without an article: "heap", "memory", "rtc@101000".
struct OwnedRange {
    PhysRange range{};
    Owner owner{};
    std::string_view what{};
    bool is_device = false;  ///< registers and no memory
};

/// A hart by its id, or an interrupt by its number at the machine's controller.
struct OwnedNumber {
    uint64_t number = 0;
    Owner owner{};
};

/// Where a guest finds what it owns or shares, and what it may do there.
struct GuestView {
    uint8_t guest = 0;
    bool is_device = false;  ///< no memory: never read or written for the guest
    GuestRegion region{};
};

/// Memory that several guests own together. Guest n in bit n.
struct SharedMemory {
    std::string_view name{};
    uint32_t readers = 0;  ///< those who may write as well included
    uint32_t writers = 0;
};

/// Filled in at boot, in the heap; then only read. The names that it is given outlive it.
class OwnershipTable {
public:
    /// Room for that many ranges: a list that grows leaves its smaller self behind in the heap.
    void reserve(size_t ranges) { ranges_.reserve(ranges); }
    void add_guest(std::string_view name) { guests_.push_back(name); }
    /// Its number, for Owner::shared().
    size_t add_shared(const SharedMemory& shared);

    /// One owner for all of it. What stands in the way, and nothing is added, where somebody has a part already.
    [[nodiscard]] std::optional<OwnedRange> add(const OwnedRange& added);
    /// The same for those parts that nobody has yet: of what is reserved twice, the first is named.
    void add_rest(const OwnedRange& added);
    [[nodiscard]] std::optional<Owner> add_hart(OwnedNumber hart) { return add_number(harts_, hart); }
    [[nodiscard]] std::optional<Owner> add_interrupt(OwnedNumber interrupt)
    {
        return add_number(interrupts_, interrupt);
    }
    void add_view(const GuestView& view);

    /// By address; none overlaps another, none is empty.
    [[nodiscard]] std::span<const OwnedRange> ranges() const { return ranges_.span(); }
    [[nodiscard]] std::span<const OwnedNumber> harts() const { return harts_.span(); }
    [[nodiscard]] std::span<const OwnedNumber> interrupts() const { return interrupts_.span(); }
    [[nodiscard]] std::span<const SharedMemory> shared() const { return shared_.span(); }
    [[nodiscard]] size_t guest_count() const { return guests_.size(); }
    /// A guest's, by guest-physical address.
    [[nodiscard]] std::span<const GuestView> views_of(size_t guest) const;

    /// What lies at `address`: of nobody, and nameless, where nothing was added.
    [[nodiscard]] OwnedRange at(PhysAddr address) const;
    /// The first part of `range` that is neither the guest's own nor shared with it, to `write` or only to read.
    [[nodiscard]] std::optional<OwnedRange> first_foreign(PhysRange range, size_t guest, bool write) const;

    /// "guest linux", "the hypervisor (heap)", "the shared memory ring", "nobody".
    void print_owner(FormatOutput& out, const OwnedRange& owned) const;
    [[nodiscard]] std::string_view guest_name(size_t guest) const { return guests_[guest]; }

private:
    [[nodiscard]] static std::optional<Owner> add_number(Vector<OwnedNumber>& numbers, OwnedNumber added);
    /// The first range that ends above `address`, as an index.
    [[nodiscard]] size_t first_above(PhysAddr address) const;

    Vector<std::string_view> guests_;
    Vector<SharedMemory> shared_;
    Vector<OwnedRange> ranges_;
    Vector<OwnedNumber> harts_;
    Vector<OwnedNumber> interrupts_;
    Vector<GuestView> views_;  // by guest, then by address
};

/// An owner that a text is to name.
struct NamedOwner {
    const OwnershipTable& table;
    OwnedRange owned{};
};
inline void format_value(FormatOutput& out, const NamedOwner& named)
{
    named.table.print_owner(out, named.owned);
}

}  // namespace hv::mm

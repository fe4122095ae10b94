// The walk of a guest's page tables, one level at a time, in the order of the specification's steps.
#include <hv/mm/guest_translation.hpp>

#include <algorithm>
#include <optional>

#include <hv/lib/bits.hpp>

namespace hv::mm {

namespace {

using isa::Pte;
using Reason = GuestWalkFault::Reason;

constexpr unsigned bits_per_level = 9;
constexpr unsigned napot_bits = 4;  // 64 KiB, the only size that Svnapot has

/// 0 for Bare, nothing for what is no mode.
std::optional<unsigned> levels_of(isa::PagingMode mode)
{
    switch (mode) {
    case isa::PagingMode::bare:
        return 0;
    case isa::PagingMode::sv39:
        return 3;
    case isa::PagingMode::sv48:
        return 4;
    case isa::PagingMode::sv57:
        return 5;
    }
    return std::nullopt;
}

/// Step 3: reserved bits and encodings of any entry that is valid.
bool is_reserved(Pte entry)
{
    constexpr uint64_t for_future_use = 0x1fc0'0000'0000'0000;
    const bool has_memory_type = entry.get(Pte::pbmt) != 0 || entry.get(Pte::napot);
    if ((entry.bits() & for_future_use) != 0 || (entry.get(Pte::write) && !entry.get(Pte::read))) {
        return true;
    }
    if (entry.is_table()) {
        return has_memory_type || entry.get(Pte::user) || entry.get(Pte::accessed) || entry.get(Pte::dirty);
    }
    return entry.get(Pte::pbmt) == 3;
}

/// Steps 2 to 4: what makes an entry unusable, whatever is asked of it.
std::optional<Reason> flaw(Pte entry, unsigned level)
{
    if (!entry.is_valid()) {
        return Reason::not_valid;
    }
    if (is_reserved(entry)) {
        return Reason::reserved;
    }
    if (level == 0 && entry.is_table()) {
        return Reason::no_leaf;
    }
    return std::nullopt;
}

/// Step 6 to 8: the leaf's permissions.
std::optional<Reason> refusal(Pte entry, const GuestPaging& paging, GuestAccessKind kind)
{
    const bool user_page = entry.get(Pte::user);
    if (paging.user && !user_page) {
        return Reason::not_for_user;
    }
    if (!paging.user && user_page && (kind == GuestAccessKind::fetch || !paging.sum)) {
        return Reason::not_for_supervisor;
    }
    const bool readable = entry.get(Pte::read) || (paging.mxr && entry.get(Pte::execute));
    if (kind == GuestAccessKind::load && !readable) {
        return Reason::not_readable;
    }
    if (kind == GuestAccessKind::store && !entry.get(Pte::write)) {
        return Reason::not_writable;
    }
    if (kind == GuestAccessKind::fetch && !entry.get(Pte::execute)) {
        return Reason::not_executable;
    }
    if (paging.need_accessed_dirty && !entry.get(Pte::accessed)) {
        return Reason::not_accessed;
    }
    if (paging.need_accessed_dirty && kind == GuestAccessKind::store && !entry.get(Pte::dirty)) {
        return Reason::not_dirty;
    }
    return std::nullopt;
}

/// The size of a leaf's page as a power of two; nothing where its address does not fit that.
std::optional<unsigned> page_bits(Pte entry, unsigned level)
{
    const uint64_t ppn = entry.get(Pte::ppn);
    if (entry.get(Pte::napot)) {
        const bool fits = level == 0 && (ppn & low_mask(napot_bits)) == 1U << (napot_bits - 1);
        return fits ? std::optional{12 + napot_bits} : std::nullopt;
    }
    const unsigned extra = bits_per_level * level;
    return (ppn & low_mask(extra)) == 0 ? std::optional{12 + extra} : std::nullopt;
}

GuestTranslation translation(Pte entry, unsigned size_bits, GuestVirtAddr address)
{
    const uint64_t in_page = low_mask(size_bits);
    const uint64_t page = (entry.get(Pte::ppn) << 12) & ~in_page;
    const uint64_t offset = address.value() & in_page;
    return {GuestPhysAddr{page | offset}, in_page + 1 - offset, entry};
}

/// With Bare an address is itself, up to the last one.
GuestTranslation untranslated(GuestVirtAddr address)
{
    const uint64_t left = 0 - address.value();
    return {GuestPhysAddr{address.value()}, left == 0 ? UINT64_MAX : left, Pte{}};
}

/// The leaf for a canonical address, in tables of `levels` levels; its place and level are left in `at`.
Expected<Pte, Reason> find_leaf(const GuestMemory& memory, isa::Satp vsatp, unsigned levels, GuestVirtAddr address,
                                GuestWalkFault& at)
{
    GuestPhysAddr table{vsatp.get(isa::Satp::ppn) << 12};
    for (at.level = levels; at.level-- > 0;) {
        const uint64_t index = (address.value() >> (12 + bits_per_level * at.level)) & low_mask(bits_per_level);
        at.entry_address = table + index * sizeof(Pte);
        at.entry = Pte{};
        const auto entry = memory.read<uint64_t>(at.entry_address);
        if (!entry) {
            return Unexpected{Reason::table_unreachable};
        }
        at.entry = Pte{*entry};
        if (const auto reason = flaw(at.entry, at.level)) {
            return Unexpected{*reason};
        }
        if (at.entry.is_leaf()) {
            break;
        }
        table = GuestPhysAddr{at.entry.get(Pte::ppn) << 12};
    }
    return at.entry;
}

}  // namespace

Expected<GuestTranslation, GuestWalkFault> translate(const GuestMemory& memory, const GuestPaging& paging,
                                                     GuestVirtAddr address, GuestAccessKind kind)
{
    GuestWalkFault at;
    const auto fault = [&at](Reason reason) {
        at.reason = reason;
        return Unexpected{at};
    };
    const auto levels = levels_of(paging.vsatp.get(isa::Satp::mode));
    if (!levels) {
        return fault(Reason::mode_unknown);
    }
    if (*levels == 0) {
        return untranslated(address);
    }
    const auto extended = static_cast<uint64_t>(sign_extend(address.value(), 12 + bits_per_level * *levels));
    if (extended != address.value()) {
        return fault(Reason::not_canonical);
    }
    const auto leaf = find_leaf(memory, paging.vsatp, *levels, address, at);
    if (!leaf) {
        return fault(leaf.error());
    }
    if (const auto reason = refusal(*leaf, paging, kind)) {
        return fault(*reason);
    }
    const auto size_bits = page_bits(*leaf, at.level);
    if (!size_bits) {
        return fault(Reason::misplaced);
    }
    return translation(*leaf, *size_bits, address);
}

Expected<void, GuestWalkFault> copy_out(const GuestMemory& memory, const GuestPaging& paging, GuestVirtAddr from,
                                        std::span<std::byte> to)
{
    while (!to.empty()) {
        HV_TRY(const GuestTranslation page, translate(memory, paging, from, GuestAccessKind::load));
        const size_t size = std::min<uint64_t>(to.size(), page.contiguous);
        if (const auto copied = memory.copy_out(page.address, to.first(size)); !copied) {
            return Unexpected{GuestWalkFault{Reason::page_unreachable, 0, copied.error().address, page.entry}};
        }
        from += size;
        to = to.subspan(size);
    }
    return {};
}

std::string_view name_of(GuestWalkFault::Reason reason)
{
    switch (reason) {
    case Reason::not_canonical:
        return "the address is not canonical";
    case Reason::mode_unknown:
        return "vsatp holds a mode that does not exist";
    case Reason::table_unreachable:
        return "is in no memory of the guest";
    case Reason::not_valid:
        return "is not valid";
    case Reason::reserved:
        return "sets reserved bits";
    case Reason::no_leaf:
        return "points to a table below the last level";
    case Reason::misplaced:
        return "maps a page that is not aligned to its size";
    case Reason::not_for_supervisor:
        return "is for VU-mode only";
    case Reason::not_for_user:
        return "is not for VU-mode";
    case Reason::not_readable:
        return "is not readable";
    case Reason::not_writable:
        return "is not writable";
    case Reason::not_executable:
        return "is not executable";
    case Reason::not_accessed:
        return "has its A bit clear";
    case Reason::not_dirty:
        return "has its D bit clear";
    case Reason::page_unreachable:
        return "leads to no memory of the guest";
    }
    return "is refused";
}

void format_value(FormatOutput& out, const GuestWalkFault& fault)
{
    switch (fault.reason) {
    case Reason::not_canonical:
    case Reason::mode_unknown:
        return print(out, "{}", fault.reason);
    case Reason::table_unreachable:
        return print(out, "the level-{} entry at {} {}", fault.level, fault.entry_address, fault.reason);
    case Reason::page_unreachable:
        return print(out, "{} is in no memory of the guest", fault.entry_address);
    case Reason::not_valid:
    case Reason::reserved:
    case Reason::no_leaf:
    case Reason::misplaced:
    case Reason::not_for_supervisor:
    case Reason::not_for_user:
    case Reason::not_readable:
    case Reason::not_writable:
    case Reason::not_executable:
    case Reason::not_accessed:
    case Reason::not_dirty:
        return print(out, "the level-{} entry {:#x} at {} {}", fault.level, fault.entry.bits(), fault.entry_address,
                     fault.reason);
    }
}

}  // namespace hv::mm

// Goes through a guest's stage-2 tables from the lowest address to the highest, beside the list of what it owns.
#include <hv/mm/audit.hpp>

#include <algorithm>
#include <array>

#include <hv/isa/pte.hpp>

#include "audit_text.hpp"

namespace hv::mm {
namespace {

using isa::Pte;
using Format = isa::Sv39x4;

/// [priv] Supervisor: Sv39: bits 54 to 60; with Svpbmt and Svnapot, which we do not use, 61 to 63; and the two that
/// are software's.
constexpr uint64_t must_be_zero = 0xffc0'0000'0000'0000 | Pte::rsw.mask;
constexpr uint64_t table_flags = Pte::user.mask | Pte::global.mask | Pte::accessed.mask | Pte::dirty.mask;

/// What all guests' walks share.
struct Audit {
    const OwnershipTable& owners;
    EntryReader reader;
    TableMarks& marks;
    Sink& sink;
    AuditResult result{};

    void add(const AuditFinding& finding)
    {
        constexpr uint64_t most_lines = 32;
        if (result.findings++ < most_lines) {
            print_finding(sink, owners, finding);
        }
    }
    [[nodiscard]] const uint64_t* entries(PhysAddr page) const { return reader.entries(reader.memory, page); }
};

/// One guest's walk.
class GuestAudit {
public:
    GuestAudit(Audit& audit, size_t guest, isa::Hgatp hgatp)
        : audit_{audit},
          guest_{guest},
          hgatp_{hgatp},
          root_{hgatp.get(isa::Hgatp::ppn) << 12},
          views_{audit.owners.views_of(guest)}
    {
    }

    void run();

private:
    /// An entry: where it lies, what it is for.
    struct Place {
        unsigned level = 0;
        PhysAddr at{};
        Pte entry{};
        GuestPhysAddr page{};
    };

    void walk();
    [[nodiscard]] std::optional<Pte> next_valid(PhysAddr table, uint64_t& next, uint64_t end) const;
    [[nodiscard]] bool enter_root();
    [[nodiscard]] bool check_table(const Place& place);
    void check_leaf(const Place& place);
    [[nodiscard]] std::optional<AuditRule> wrong_flags(const Place& place) const;
    void check_target(const Place& place, GuestPhysRange page, PhysRange target);
    void check_access(const Place& place, GuestAccess access);
    /// Everything below `address` has been met: what of the views lies there and has no page is missing.
    void pass(GuestPhysAddr address);
    void add_missing(GuestPhysRange range);

    void add(AuditRule rule, const Place& place, const OwnedRange& owned = {})
    {
        audit_.add({.rule = rule,
                    .guest = guest_,
                    .page = {place.page, Format::page_bytes(place.level)},
                    .entry_at = place.at,
                    .entry = place.entry.bits(),
                    .owned = owned});
    }

    Audit& audit_;
    size_t guest_;
    isa::Hgatp hgatp_;
    PhysAddr root_;
    std::span<const GuestView> views_;  // those that are not wholly met yet
    GuestPhysAddr met_{};               // up to here the first of them is
};

void GuestAudit::run()
{
    if (!enter_root()) {
        return;
    }
    walk();
    pass(GuestPhysAddr{UINT64_MAX});
}

bool GuestAudit::enter_root()
{
    const Place root{.level = Format::root_level, .at = root_, .entry = Pte{hgatp_.bits()}, .page = {}};
    constexpr uint64_t size = Format::table_bytes(Format::root_level);
    if (hgatp_.get(isa::Hgatp::mode) != Format::mode) {
        add(AuditRule::mode, root);
        return false;
    }
    if (!root_.is_aligned(size)) {
        add(AuditRule::root_misaligned, root);
        return false;
    }
    if (!audit_.marks.holds({root_, size})) {
        add(AuditRule::table_outside, root, audit_.owners.at(root_));
        return false;
    }
    bool fresh = true;
    for (uint64_t page = 0; page != size; page += isa::page_size) {
        fresh = audit_.marks.mark(root_ + page) && fresh;
    }
    if (!fresh) {
        add(AuditRule::table_met_before, root);
    }
    return fresh;
}

/// The first valid entry from offset `next` of a table on; `next` is then its own, and the table's end where there
/// is none. Nearly all entries are not valid: these are to cost little.
std::optional<Pte> GuestAudit::next_valid(PhysAddr table, uint64_t& next, uint64_t end) const
{
    while (next != end) {
        const uint64_t page = next & ~(isa::page_size - 1);
        const uint64_t* const entries = audit_.entries(table + page);
        for (size_t i = (next - page) / sizeof(Pte); i != isa::page_size / sizeof(Pte); ++i) {
            if (const Pte entry{entries[i]}; entry.is_valid()) {
                next = page + i * sizeof(Pte);
                return entry;
            }
        }
        next = page + isa::page_size;
    }
    return {};
}

/// A table is entered at most once, and there are only so many.
void GuestAudit::walk()
{
    struct Table {
        PhysAddr at{};
        GuestPhysAddr page{};
        uint64_t next = 0;  // the offset of the next entry
    };
    std::array<Table, Format::levels> tables{};
    unsigned level = Format::root_level;
    tables[level].at = root_;
    while (true) {
        Table& table = tables[level];
        const std::optional<Pte> entry = next_valid(table.at, table.next, Format::table_bytes(level));
        if (!entry) {
            if (level == Format::root_level) {
                return;
            }
            ++level;
            continue;
        }
        const Place place{.level = level,
                          .at = table.at + table.next,
                          .entry = *entry,
                          .page = table.page + table.next / sizeof(Pte) * Format::page_bytes(level)};
        table.next += sizeof(Pte);
        if (!place.entry.is_table()) {
            check_leaf(place);
        } else if (check_table(place)) {
            --level;
            tables[level] = {.at = place.entry.address(), .page = place.page, .next = 0};
        }
    }
}

/// Is it one that can be walked?
bool GuestAudit::check_table(const Place& place)
{
    const uint64_t bits = place.entry.bits();
    const PhysAddr table = place.entry.address();
    if ((bits & must_be_zero) != 0) {
        add(AuditRule::reserved_bits, place);
    } else if ((bits & table_flags) != 0) {
        add(AuditRule::table_flags, place);
    } else if (place.level == 0) {
        add(AuditRule::table_below_the_last, place);
    } else if (!audit_.marks.holds({table, isa::page_size})) {
        add(AuditRule::table_outside, place, audit_.owners.at(table));
    } else if (!audit_.marks.mark(table)) {
        add(AuditRule::table_met_before, place);
    } else {
        return true;
    }
    return false;
}

std::optional<AuditRule> GuestAudit::wrong_flags(const Place& place) const
{
    const Pte entry = place.entry;
    if ((entry.bits() & must_be_zero) != 0) {
        return AuditRule::reserved_bits;
    }
    if (entry.get(Pte::write) && !entry.get(Pte::read)) {
        return AuditRule::write_without_read;
    }
    if (entry.get(Pte::global)) {
        return AuditRule::global;
    }
    if (!entry.get(Pte::user)) {
        return AuditRule::not_user;
    }
    if (!entry.get(Pte::accessed) || !entry.get(Pte::dirty)) {
        return AuditRule::not_accessed_and_dirty;
    }
    return entry.address().is_aligned(Format::page_bytes(place.level)) ? std::nullopt
                                                                       : std::optional{AuditRule::page_misaligned};
}

void GuestAudit::check_leaf(const Place& place)
{
    ++audit_.result.pages;
    const uint64_t size = Format::page_bytes(place.level);
    const GuestPhysRange page{place.page, size};
    const PhysRange target{place.entry.address(), size};
    pass(page.start);
    if (const auto rule = wrong_flags(place)) {
        add(*rule, place);
    } else if (const auto other = audit_.owners.first_foreign(target, guest_, place.entry.get(Pte::write))) {
        add(AuditRule::foreign, place, *other);
    } else {
        check_target(place, page, target);
    }
    // A page that is wrong is not missing besides.
    met_ = std::max(met_, page.end());
}

void GuestAudit::check_target(const Place& place, GuestPhysRange page, PhysRange target)
{
    const GuestRegion* region = views_.empty() ? nullptr : &views_.front().region;
    if (region == nullptr || !region->range.contains(page)) {
        add(AuditRule::not_described, place);
    } else if (target.start != region->host + (page.start - region->range.start)) {
        add(AuditRule::elsewhere, place);
    } else {
        check_access(place, region->access);
    }
}

void GuestAudit::check_access(const Place& place, GuestAccess access)
{
    constexpr uint64_t rights = Pte::read.mask | Pte::write.mask | Pte::execute.mask;
    const uint64_t right = leaf_entry(PhysAddr{}, access).bits() & rights;
    const uint64_t found = place.entry.bits() & rights;
    if ((found & ~right) != 0) {
        add(AuditRule::too_much_access, place);
    } else if (found != right) {
        add(AuditRule::too_little_access, place);
    }
}

void GuestAudit::pass(GuestPhysAddr address)
{
    while (!views_.empty()) {
        const GuestPhysRange range = views_.front().region.range;
        const GuestPhysAddr from = std::max(met_, range.start);
        const GuestPhysAddr to = std::min(address, range.end());
        if (from < to) {
            add_missing(GuestPhysRange::between(from, to));
            met_ = to;
        }
        if (std::max(met_, address) < range.end()) {
            return;
        }
        views_ = views_.subspan(1);
    }
}

void GuestAudit::add_missing(GuestPhysRange range)
{
    // The entry that should be there, or the one above that leads to no table.
    PhysAddr at = root_;
    for (unsigned level = Format::root_level;; --level) {
        at += Format::entry_offset(range.start, level);
        const PhysAddr page = at.align_down(isa::page_size);
        const Pte entry{audit_.entries(page)[(at - page) / sizeof(Pte)]};
        if (level == 0 || !entry.is_table() || !audit_.marks.holds({entry.address(), isa::page_size})) {
            audit_.add({AuditRule::missing, guest_, range, at, entry.bits(), {}});
            return;
        }
        at = entry.address();
    }
}

}  // namespace

TableMarks::TableMarks(PhysRange memory) : memory_{memory}
{
    bits_.reserve(memory.size / isa::page_size / 64 + 1);
    bits_.resize(bits_.capacity());
}

void TableMarks::clear()
{
    std::fill(bits_.begin(), bits_.end(), uint64_t{0});
}

bool TableMarks::mark(PhysAddr page)
{
    const uint64_t number = (page - memory_.start) / isa::page_size;
    uint64_t& word = bits_[number / 64];
    const uint64_t bit = uint64_t{1} << (number % 64);
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
}

AuditResult audit(const OwnershipTable& owners, std::span<const isa::Hgatp> hgatps, EntryReader reader,
                  TableMarks& marks, Sink& sink)
{
    marks.clear();
    Audit all{owners, reader, marks, sink};
    for (size_t guest = 0; guest != hgatps.size(); ++guest) {
        GuestAudit{all, guest, hgatps[guest]}.run();
    }
    print_result(sink, hgatps.size(), all.result);
    return all.result;
}

}  // namespace hv::mm

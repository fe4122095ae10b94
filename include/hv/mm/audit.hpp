// Walks the tables that guests run with, as the hardware reads them, and compares every entry with who owns what.
#pragma once

#include <cstdint>
#include <span>

#include <hv/isa/registers.hpp>
#include <hv/lib/sink.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/ownership.hpp>

namespace hv::mm {

/// How raw page-table entries are read: physical memory, and nothing of how the tables were made.
struct EntryReader {
    const void* memory = nullptr;  ///< for `entries`
    /// The 512 entries of a page. Only of pages that TableMarks::holds().
    const uint64_t* (*entries)(const void* memory, PhysAddr page) = nullptr;
};

/// Which pages of the memory that tables come from an audit has met as tables. Made before the heap is sealed, as
/// an audit itself allocates nothing.
class TableMarks {
public:
    /// Tables lie in `memory`, and nowhere else.
    explicit TableMarks(PhysRange memory);

    void clear();
    /// Does all of the table lie in that memory?
    [[nodiscard]] bool holds(PhysRange table) const { return memory_.contains(table); }
    /// False where the page, which is held, was met before.
    [[nodiscard]] bool mark(PhysAddr page);

private:
    PhysRange memory_;
    Vector<uint64_t> bits_;
};

/// What is wrong with an entry, or with a page that has none.
enum class AuditRule : uint8_t {
    mode,                  ///< hgatp's is not Sv39x4
    root_misaligned,       ///< not 16 KiB aligned
    table_outside,         ///< a table is not in the hypervisor's memory for tables
    table_met_before,      ///< a table is shared, or a loop
    table_below_the_last,  ///< level 0 points to a table
    table_flags,           ///< of an entry that points to a table, A, D, U and G must be 0
    reserved_bits,         ///< bits 54 to 63, or those for software, are not 0
    write_without_read,
    global,
    not_user,
    not_accessed_and_dirty,
    page_misaligned,  ///< a large page does not lie at a multiple of its size
    foreign,          ///< leads to what is not the guest's
    not_described,    ///< the guest is to have nothing at that address
    elsewhere,        ///< leads to another place of the guest's than it should
    too_much_access,
    too_little_access,
    missing,  ///< the guest's, and not mapped
};

struct AuditFinding {
    AuditRule rule{};
    size_t guest = 0;
    GuestPhysRange page{};  ///< what the entry is for
    PhysAddr entry_at{};    ///< where the entry lies; hgatp's root for the first two
    uint64_t entry = 0;     ///< its bits, or hgatp's
    OwnedRange owned{};     ///< whose memory it leads to
};

struct AuditResult {
    uint64_t pages = 0;  ///< that are mapped, of whatever size
    uint64_t findings = 0;

    [[nodiscard]] bool is_clean() const { return findings == 0; }
};

/// Checks guest n's tables, which `hgatps`[n] names, against the table of owners, for every n. Writes a line for
/// each finding, for the first 32 of them; with none, one line that says so. What it costs is bounded by the memory
/// that tables are made of: a table is walked once, a large page counts as one.
AuditResult audit(const OwnershipTable& owners, std::span<const isa::Hgatp> hgatps, EntryReader reader,
                  TableMarks& marks, Sink& sink);

}  // namespace hv::mm

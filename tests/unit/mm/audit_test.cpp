// The audit: for each of its rules a raw entry is corrupted, and the audit names it.
#include <hv/mm/audit.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hv/mm/page_table.hpp>

#include "host_heap.hpp"

namespace hv::mm {
namespace {

using isa::Pte;
using testing::HasSubstr;
using testing::StartsWith;

constexpr uint64_t mib = 1 << 20;
constexpr PhysRange table_memory{PhysAddr{0x9000'0000}, mib};

/// Tables in memory that is otherwise zero.
struct TableMemory {
    using Page = std::array<uint64_t, 512>;
    std::map<uint64_t, Page> pages;
    PhysAddr next = table_memory.start;

    /// The page with `at` in it.
    [[nodiscard]] const Page& page(PhysAddr at) const
    {
        static constexpr Page zeros{};
        const auto found = pages.find(at.value() / 4096);
        return found == pages.end() ? zeros : found->second;
    }
    [[nodiscard]] uint64_t read(PhysAddr at) const { return page(at)[at.value() % 4096 / 8]; }
    void write(PhysAddr at, uint64_t entry) { pages[at.value() / 4096][at.value() % 4096 / 8] = entry; }
    std::optional<PhysAddr> allocate(uint64_t size, uint64_t align)
    {
        const PhysAddr frame = next.align_up(align);
        next = frame + size;
        return frame;
    }
};

using Table = PageTable<isa::Sv39x4, TableMemory, TableMemory>;

/// Guest a has 6 MiB and 16 KiB, a device and a region that it writes; guest b has 4 MiB, and reads that region.
class Audited : public testing::Test {
protected:
    Audited()
    {
        owners.add_guest("a");
        owners.add_guest("b");
        const Owner ring = Owner::shared(owners.add_shared({.name = "ring", .readers = 3, .writers = 1}));
        own({PhysAddr{0x8400'0000}, 6 * mib + 0x4000}, Owner::guest(0), "memory");
        own({PhysAddr{0x8500'0000}, 4 * mib}, Owner::guest(1), "memory");
        own({PhysAddr{0x8600'0000}, 0x1'0000}, ring, "shared memory");
        own({PhysAddr{0x10'1000}, 0x1000}, Owner::guest(0), "rtc@101000");
        own(table_memory, Owner::hypervisor(), "heap");
        using enum GuestAccess;
        see(0, 0x8000'0000, {PhysAddr{0x8400'0000}, 6 * mib + 0x4000}, read_write_execute);
        see(0, 0x5000'0000, {PhysAddr{0x8600'0000}, 0x1'0000}, read_write);
        see(0, 0x10'1000, {PhysAddr{0x10'1000}, 0x1000}, read_write);
        see(1, 0x8000'0000, {PhysAddr{0x8500'0000}, 4 * mib}, read_write_execute);
        see(1, 0x5000'0000, {PhysAddr{0x8600'0000}, 0x1'0000}, read);
        for (size_t guest = 0; guest != 2; ++guest) {
            auto table = Table::create(memory, memory);
            for (const GuestView& view : owners.views_of(guest)) {
                table->map(view.region.range, view.region.host, view.region.access)->not_owed_for_unused_table();
            }
            tables.push_back(*table);
            hgatps.push_back(isa::Hgatp{}
                                 .with(isa::Hgatp::mode, isa::PagingMode::sv39)
                                 .with(isa::Hgatp::ppn, table->root().value() >> 12));
        }
    }

    /// The audit's lines.
    std::string run()
    {
        char text[8192];
        BufferSink sink{text};
        const auto entries = [](const void* from, PhysAddr page) {
            return static_cast<const TableMemory*>(from)->page(page).data();
        };
        result = audit(owners, hgatps, {&memory, entries}, marks, sink);
        EXPECT_FALSE(sink.truncated());
        return std::string{sink.text()};
    }

    /// Where guest n's entry for an address lies.
    [[nodiscard]] PhysAddr entry_at(size_t guest, uint64_t address, unsigned level) const
    {
        PhysAddr at = tables[guest].root();
        for (unsigned here = 2;; --here) {
            at += isa::Sv39x4::entry_offset(GuestPhysAddr{address}, here);
            if (here == level) {
                return at;
            }
            at = Pte{memory.read(at)}.address();
        }
    }

    /// What the audit says first when that entry has these bits changed. It is to name the entry.
    std::string said_with(size_t guest, uint64_t address, unsigned level, uint64_t bits)
    {
        const PhysAddr at = entry_at(guest, address, level);
        const uint64_t before = memory.read(at);
        memory.write(at, before ^ bits);
        const std::string said = run();
        memory.write(at, before);
        char text[64];
        BufferSink sink{text};
        print(sink, "entry {:#x} at {}\n", before ^ bits, at);
        EXPECT_THAT(said, HasSubstr(std::string{sink.text()}));
        EXPECT_THAT(run(), HasSubstr("every one has one owner"));
        return said.substr(0, said.find(": entry"));
    }
    /// Points it to another place.
    std::string said_of_target(size_t guest, uint64_t address, unsigned level, uint64_t target)
    {
        const uint64_t before = memory.read(entry_at(guest, address, level));
        return said_with(guest, address, level, (before ^ target >> 2) & Pte::ppn.mask);
    }

    OwnershipTable owners;
    TableMemory memory;
    std::vector<Table> tables;
    std::vector<isa::Hgatp> hgatps;
    TableMarks marks{table_memory};
    AuditResult result{};

private:
    void own(PhysRange range, Owner owner, std::string_view what)
    {
        EXPECT_FALSE(owners.add({range, owner, what}));
    }
    void see(uint8_t guest, uint64_t address, PhysRange host, GuestAccess access)
    {
        owners.add_view({guest, false, {{GuestPhysAddr{address}, host.size}, host.start, access}});
    }
};

TEST_F(Audited, TablesThatAreRightGetOneLine)
{
    // a: three large pages, four small ones, sixteen shared ones, a device's; b: two, and the sixteen.
    EXPECT_EQ(run(), "audit: 2 guests, 42 pages mapped, every one has one owner\n");
    EXPECT_TRUE(result.is_clean());
}

TEST_F(Audited, APageOfAnotherGuestIsFound)
{
    EXPECT_EQ(said_of_target(0, 0x8020'0000, 1, 0x8500'0000),
              "audit: guest a: 0x80200000..0x80400000 leads to 0x85000000, of guest b");
    EXPECT_EQ(said_of_target(1, 0x8000'0000, 1, 0x8400'0000),
              "audit: guest b: 0x80000000..0x80200000 leads to 0x84000000, of guest a");
}

TEST_F(Audited, APageOfTheHypervisorIsFound)
{
    EXPECT_EQ(said_of_target(0, 0x8060'1000, 0, 0x9000'4000),
              "audit: guest a: 0x80601000..0x80602000 leads to 0x90004000, of the hypervisor (heap)");
}

TEST_F(Audited, APageOfNobodyIsFound)
{
    EXPECT_EQ(said_of_target(0, 0x8060'1000, 0, 0x7000'0000),
              "audit: guest a: 0x80601000..0x80602000 leads to 0x70000000, of nobody");
}

TEST_F(Audited, ALargePageOfWhichOnlyAPartIsAnothersIsFound)
{
    // Guest a's last 16 KiB, and what follows.
    EXPECT_EQ(said_of_target(0, 0x8020'0000, 1, 0x8460'0000),
              "audit: guest a: 0x80200000..0x80400000 leads to 0x84604000, of nobody");
}

TEST_F(Audited, AReaderThatMayWriteIsFound)
{
    EXPECT_EQ(said_with(1, 0x5000'1000, 0, Pte::write.mask),
              "audit: guest b: 0x50001000..0x50002000 leads to 0x86001000, of the shared memory ring");
}

TEST_F(Audited, AMemberThatIsNoneIsFound)
{
    // Not shared with b any more.
    OwnershipTable without;
    without.add_guest("a");
    without.add_guest("b");
    const Owner ring = Owner::shared(without.add_shared({.name = "ring", .readers = 1, .writers = 1}));
    for (const OwnedRange& each : owners.ranges()) {
        const bool shared = each.owner.kind == Owner::Kind::shared;
        EXPECT_FALSE(without.add({each.range, shared ? ring : each.owner, each.what}));
    }
    owners = std::move(without);
    EXPECT_THAT(run(), HasSubstr("guest b: 0x50000000..0x50001000 leads to 0x86000000, of the shared memory ring"));
}

TEST_F(Audited, APageThatIsExecutableAndShouldNotBeIsFound)
{
    EXPECT_EQ(said_with(0, 0x10'1000, 0, Pte::execute.mask),
              "audit: guest a: 0x101000..0x102000 allows more than it should");
}

TEST_F(Audited, APageThatAllowsTooLittleIsFound)
{
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::execute.mask),
              "audit: guest a: 0x80000000..0x80200000 allows less than it should");
}

TEST_F(Audited, AnotherPageOfTheGuestsOwnIsFound)
{
    EXPECT_EQ(said_of_target(0, 0x8000'0000, 1, 0x8420'0000),
              "audit: guest a: 0x80000000..0x80200000 leads to another place of the guest's own than it should");
}

TEST_F(Audited, FlagsThatAreWrongAreFound)
{
    const std::string page = "audit: guest a: 0x80000000..0x80200000 ";
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::global.mask), page + "is global");
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::user.mask), page + "lacks U, so that the guest cannot reach it");
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::accessed.mask), page + "lacks A or D");
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::dirty.mask), page + "lacks A or D");
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::read.mask),
              page + "can be written and not read, which is reserved");
    EXPECT_EQ(said_with(0, 0x8000'0000, 1, Pte::read.mask | Pte::execute.mask),
              page + "can be written and not read, which is reserved");
}

TEST_F(Audited, EveryReservedBitIsFound)
{
    for (const unsigned bit : {8U, 9U, 54U, 55U, 56U, 57U, 58U, 59U, 60U, 61U, 62U, 63U}) {
        EXPECT_THAT(said_with(0, 0x8000'0000, 1, uint64_t{1} << bit), HasSubstr("has bits that are reserved"));
        EXPECT_THAT(said_with(0, 0x8000'0000, 2, uint64_t{1} << bit), HasSubstr("has bits that are reserved"));
    }
}

TEST_F(Audited, ALargePageThatIsNotAlignedIsFound)
{
    EXPECT_THAT(said_of_target(0, 0x8000'0000, 1, 0x8400'1000),
                HasSubstr("leads to a place that is not aligned to the page's size"));
}

TEST_F(Audited, ATableElsewhereIsFound)
{
    EXPECT_EQ(said_of_target(0, 0x8000'0000, 2, 0x8500'0000),
              "audit: guest a: 0x80000000..0xc0000000 its table does not lie where tables do, but with guest b");
}

TEST_F(Audited, ATableOfTwoGuestsIsFound)
{
    const PhysAddr others = Pte{memory.read(entry_at(0, 0x8000'0000, 2))}.address();
    EXPECT_EQ(said_of_target(1, 0x8000'0000, 2, others.value()),
              "audit: guest b: 0x80000000..0xc0000000 its table is in another place of the tables as well");
}

TEST_F(Audited, TablesInACircleAreFound)
{
    EXPECT_THAT(said_of_target(0, 0x8000'0000, 2, tables[0].root().value()), HasSubstr("is in another place"));
    const PhysAddr itself = Pte{memory.read(entry_at(0, 0x8000'0000, 2))}.address();
    EXPECT_THAT(said_of_target(0, 0x8060'0000, 1, itself.value()), HasSubstr("is in another place"));
}

TEST_F(Audited, ATableBelowTheLastLevelIsFound)
{
    constexpr uint64_t leaf_bits = 0xde;  // all flags but V and G
    EXPECT_THAT(said_with(0, 0x8060'0000, 0, leaf_bits), HasSubstr("points to a table at the last level"));
}

TEST_F(Audited, FlagsOfAPointerToATableAreFound)
{
    for (const uint64_t flag : {Pte::user.mask, Pte::global.mask, Pte::accessed.mask, Pte::dirty.mask}) {
        EXPECT_THAT(said_with(0, 0x8000'0000, 2, flag), HasSubstr("has A, D, G or U, and points to a table"));
    }
}

TEST_F(Audited, APageThatIsMissingIsFound)
{
    EXPECT_EQ(said_with(0, 0x8020'0000, 1, Pte::valid.mask),
              "audit: guest a: 0x80200000..0x80400000 is the guest's, and not mapped");
    EXPECT_EQ(said_with(0, 0x8060'3000, 0, Pte::valid.mask),
              "audit: guest a: 0x80603000..0x80604000 is the guest's, and not mapped");
    // All of a view, and more than one.
    EXPECT_EQ(said_with(0, 0x5000'0000, 2, Pte::valid.mask),
              "audit: guest a: 0x50000000..0x50010000 is the guest's, and not mapped");
}

TEST_F(Audited, APageWhereNothingIsToBeIsFound)
{
    memory.write(entry_at(0, 0x8060'4000, 0), leaf_entry(PhysAddr{0x8400'0000}, GuestAccess::read).bits());
    EXPECT_THAT(run(), StartsWith("audit: guest a: 0x80604000..0x80605000 is mapped, and nothing is to be there"));
    EXPECT_EQ(result.findings, 1U);
}

TEST_F(Audited, APageThatReachesBeyondWhatIsThereIsFound)
{
    memory.write(entry_at(1, 0x8020'0000, 1), 0);
    memory.write(tables[1].root() + 16, leaf_entry(PhysAddr{0x8000'0000}, GuestAccess::read).bits());
    EXPECT_THAT(run(), StartsWith("audit: guest b: 0x80000000..0xc0000000 leads to 0x80000000, of nobody"));
}

TEST_F(Audited, TheHighestPageIsLookedAt)
{
    memory.write(tables[1].root() + 2047 * sizeof(Pte), leaf_entry(PhysAddr{0}, GuestAccess::read).bits());
    EXPECT_THAT(run(), StartsWith("audit: guest b: 0x1ffc0000000..0x20000000000 leads to 0x0, of nobody"));
}

TEST_F(Audited, ARootThatIsNotAlignedIsFound)
{
    hgatps[0] = hgatps[0].with(isa::Hgatp::ppn, hgatps[0].get(isa::Hgatp::ppn) + 1);
    EXPECT_THAT(run(), StartsWith("audit: guest a: the root table is not aligned to 16 KiB: hgatp 0x80000000000"));
}

TEST_F(Audited, ARootElsewhereAndARootOfTwoAreFound)
{
    hgatps[1] = hgatps[0];
    EXPECT_THAT(run(), StartsWith("audit: guest b: 0x0..0x40000000 its table is in another place"));
    hgatps[1] = hgatps[1].with(isa::Hgatp::ppn, 0x84000);
    EXPECT_THAT(run(), HasSubstr("its table does not lie where tables do, but with guest a"));
}

TEST_F(Audited, AModeThatIsNotSv39x4IsFound)
{
    for (const isa::PagingMode mode : {isa::PagingMode::bare, isa::PagingMode::sv48}) {
        hgatps[0] = hgatps[0].with(isa::Hgatp::mode, mode);
        EXPECT_THAT(run(), StartsWith("audit: guest a: hgatp does not say Sv39x4: hgatp "));
    }
}

TEST_F(Audited, ManyFindingsAreCountedAndTheFirstOnesShown)
{
    for (uint64_t page = 0; page != 16; ++page) {
        for (const size_t guest : {size_t{0}, size_t{1}}) {
            const PhysAddr at = entry_at(guest, 0x5000'0000 + page * 0x1000, 0);
            memory.write(at, memory.read(at) | Pte::global.mask);
        }
    }
    memory.write(entry_at(1, 0x8000'0000, 1), memory.read(entry_at(1, 0x8000'0000, 1)) | Pte::global.mask);
    const std::string said = run();
    EXPECT_EQ(result.findings, 33U);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 33);
    EXPECT_THAT(said, HasSubstr("audit: 2 guests, 42 pages mapped, 33 of them or of their tables wrong\n"));
}

}  // namespace
}  // namespace hv::mm

// Page tables: every write is recorded and replayed, so that every state a hart could see is looked at.
#include <hv/mm/page_table.hpp>

#include <map>
#include <random>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hv::mm {
namespace {

using isa::Pte;
using testing::Each;
using testing::ElementsAre;

constexpr uint64_t page = 4096;
constexpr uint64_t mega = 2 << 20;
constexpr uint64_t giga = 1 << 30;

/// Memory that knows only the frames that were handed out, and remembers every write.
class RecordingMemory {
public:
    struct Write {
        PhysAddr at;
        uint64_t entry;
    };

    void add_frame(PhysAddr frame, uint64_t size)
    {
        for (uint64_t offset = 0; offset < size; offset += sizeof(Pte)) {
            words_[(frame + offset).value()] = 0;
        }
    }
    [[nodiscard]] uint64_t read(PhysAddr at) { return words_.at(at.value()); }
    void write(PhysAddr at, uint64_t entry)
    {
        words_.at(at.value()) = entry;
        writes.push_back({at, entry});
    }
    /// The same frames with no entry written.
    [[nodiscard]] RecordingMemory zeroed() const
    {
        RecordingMemory copy;
        for (const auto& [at, entry] : words_) {
            copy.words_[at] = 0;
        }
        return copy;
    }

    std::vector<Write> writes;

private:
    std::map<uint64_t, uint64_t> words_;
};

/// Frames in ascending order from 0x9000'0000; runs out after `limit`.
class CountedFrames {
public:
    explicit CountedFrames(RecordingMemory& memory) : memory_{memory} {}

    std::optional<PhysAddr> allocate(uint64_t size, uint64_t align)
    {
        if (given == limit) {
            return std::nullopt;
        }
        ++given;
        const PhysAddr frame = next_.align_up(align);
        next_ = frame + size;
        memory_.add_frame(frame, size);
        return frame;
    }

    size_t given = 0;
    size_t limit = SIZE_MAX;

private:
    RecordingMemory& memory_;
    PhysAddr next_{0x9000'0000};
};

struct Seen {
    uint64_t address = 0;
    uint64_t permissions = 0;
    unsigned level = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

/// [priv] Supervisor: Virtual Address Translation Process, step by step as the text has it.
template <typename Format>
std::optional<Seen> translate(RecordingMemory& memory, PhysAddr root, uint64_t va)
{
    uint64_t a = root.value();
    for (int i = static_cast<int>(Format::levels) - 1; i >= 0; --i) {
        const unsigned shift = 12 + 9 * static_cast<unsigned>(i);
        const uint64_t index_bits = i == static_cast<int>(Format::levels) - 1 && Format::guest_stage ? 11 : 9;
        const uint64_t vpn = (va >> shift) & ((1ULL << index_bits) - 1);
        const uint64_t pte = memory.read(PhysAddr{a + vpn * 8});
        if ((pte & 1) == 0 || (pte & 6) == 4) {
            return std::nullopt;
        }
        const uint64_t target = (pte >> 10 & 0xfff'ffff'ffff) << 12;
        if ((pte & 10) != 0) {
            EXPECT_EQ(target & ((1ULL << shift) - 1), 0U) << "a misaligned superpage";
            return Seen{target + (va & ((1ULL << shift) - 1)), pte & 0x3ff, static_cast<unsigned>(i)};
        }
        a = target;
    }
    return std::nullopt;
}

/// A table of one format and what surrounds it.
template <typename Format>
struct Bench {
    using Table = PageTable<Format, CountedFrames, RecordingMemory>;
    using Addr = typename Table::Addr;
    using Range = typename Table::Range;

    RecordingMemory memory;
    CountedFrames frames{memory};
    Table table = std::move(*Table::create(frames, memory));

    static constexpr auto rw = Table::Access::read_write;

    std::optional<MapError> map(uint64_t start, uint64_t size, uint64_t target, typename Table::Access access = rw)
    {
        const auto result = table.map(Range{Addr{start}, size}, PhysAddr{target}, access);
        return result ? std::nullopt : std::optional{result.error()};
    }
    std::optional<Seen> at(uint64_t address) { return translate<Format>(memory, table.root(), address); }
    std::vector<unsigned> levels(uint64_t start, uint64_t size)
    {
        std::vector<unsigned> found;
        for (uint64_t a = start; a < start + size;) {
            const auto seen = at(a);
            found.push_back(seen ? seen->level : 99);
            a += Format::page_bytes(found.back() % 9);
        }
        return found;
    }
};

template <typename Format>
class PageTableOf : public testing::Test, public Bench<Format> {
};
using Formats = testing::Types<isa::Sv39, isa::Sv48, isa::Sv57, isa::Sv39x4, isa::Sv48x4, isa::Sv57x4>;
TYPED_TEST_SUITE(PageTableOf, Formats);

TYPED_TEST(PageTableOf, TranslatesNothingWhenNew)
{
    EXPECT_EQ(this->table.walk(typename TestFixture::Addr{0x8020'0000}), std::nullopt);
    EXPECT_EQ(this->at(0x8020'0000), std::nullopt);
}

TYPED_TEST(PageTableOf, MapsEachByteOfARangeToItsOwnAndNothingBeside)
{
    ASSERT_EQ(this->map(0x8020'1000, 3 * page, 0x1'0000'5000), std::nullopt);
    EXPECT_EQ(this->at(0x8020'0fff), std::nullopt);
    EXPECT_EQ(this->at(0x8020'1000)->address, 0x1'0000'5000U);
    EXPECT_EQ(this->at(0x8020'3fff)->address, 0x1'0000'7fffU);
    EXPECT_EQ(this->at(0x8020'4000), std::nullopt);
}

TYPED_TEST(PageTableOf, UsesTheLargestPagesThatFit)
{
    // From one page below a 2 MiB boundary, over a whole GiB, to one page behind its end.
    const uint64_t start = giga - mega - page;
    ASSERT_EQ(this->map(start, page + mega + giga + page, 8 * giga + start), std::nullopt);
    EXPECT_THAT(this->levels(start, page + mega + giga + page), ElementsAre(0, 1, 2, 0));
}

TYPED_TEST(PageTableOf, UsesSmallPagesWhereTheTargetIsNotAlignedLikeTheRange)
{
    ASSERT_EQ(this->map(giga, mega, 4 * giga + page), std::nullopt);
    EXPECT_THAT(this->levels(giga, mega), Each(0U));
    ASSERT_EQ(this->map(2 * giga, giga, 8 * giga + mega), std::nullopt);
    EXPECT_THAT(this->levels(2 * giga, giga), Each(1U));
}

TYPED_TEST(PageTableOf, TranslatesEachPageToOldOrNewAfterEveryWrite)
{
    ASSERT_EQ(this->map(mega, 2 * page, 0x4000'0000), std::nullopt);
    const size_t old_writes = this->memory.writes.size();
    const uint64_t start = mega + 2 * page;
    const uint64_t size = 2 * mega;
    ASSERT_EQ(this->map(start, size, 0x5000'0000 + start), std::nullopt);

    RecordingMemory replayed = this->memory.zeroed();
    const auto writes = this->memory.writes;
    for (size_t i = 0; i < writes.size(); ++i) {
        replayed.write(writes[i].at, writes[i].entry);
        if (i + 1 < old_writes) {
            continue;
        }
        for (uint64_t address = 0; address < start + size + mega; address += page) {
            const auto seen = translate<TypeParam>(replayed, this->table.root(), address);
            const bool is_old = address >= mega && address < start;
            const bool is_new = address >= start && address < start + size;
            const uint64_t target = is_old ? 0x4000'0000 + (address - mega) : 0x5000'0000 + address;
            const bool right = seen ? (is_old || is_new) && seen->address == target : !is_old;
            ASSERT_TRUE(right) << "at " << address << " after write " << i;
        }
    }
}

TYPED_TEST(PageTableOf, RunningOutAtAnyFrameChangesNoTranslationAndCanBeTriedAgain)
{
    // Ragged at both ends, so that it needs a table for each level, twice.
    const uint64_t start = giga - mega - page;
    const uint64_t size = page + mega + giga + mega + page;
    Bench<TypeParam> unlimited;
    ASSERT_EQ(unlimited.map(start, size, start), std::nullopt);
    const size_t needed = unlimited.frames.given;
    ASSERT_GE(needed, 5U);

    for (size_t limit = 1; limit < needed; ++limit) {
        Bench<TypeParam> bench;
        bench.frames.limit = limit;
        ASSERT_EQ(bench.map(start, size, start), MapError::out_of_frames) << limit;
        for (const uint64_t address : {start, giga - mega, giga, 2 * giga, 2 * giga + mega}) {
            EXPECT_EQ(bench.at(address), std::nullopt) << limit;
        }
        bench.frames.limit = SIZE_MAX;
        ASSERT_EQ(bench.map(start, size, start), std::nullopt) << limit;
        EXPECT_EQ(bench.frames.given, needed) << "frames were lost";
        EXPECT_EQ(bench.levels(start, size), unlimited.levels(start, size));
    }
}

TYPED_TEST(PageTableOf, RunningOutForTheRootIsAnError)
{
    this->frames.limit = this->frames.given;
    const auto second = TestFixture::Table::create(this->frames, this->memory);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error(), MapError::out_of_frames);
}

TYPED_TEST(PageTableOf, RejectsARangeThatOverlapsAnythingMappedAndWritesNothing)
{
    ASSERT_EQ(this->map(0x8000'0000, mega, 0x8000'0000), std::nullopt);
    ASSERT_EQ(this->map(0x8040'3000, page, 0x8040'3000), std::nullopt);
    const size_t old_writes = this->memory.writes.size();
    const size_t old_frames = this->frames.given;
    EXPECT_EQ(this->map(0x8000'0000, mega, 0x8000'0000), MapError::overlap);
    EXPECT_EQ(this->map(0x801f'f000, page, 0x801f'f000), MapError::overlap);
    EXPECT_EQ(this->map(0x7fff'f000, 2 * page, 0x7fff'f000), MapError::overlap);
    EXPECT_EQ(this->map(0x8040'0000, mega, 0x8040'0000), MapError::overlap);
    EXPECT_EQ(this->map(0x8040'2000, 2 * page, 0x9000'2000), MapError::overlap);
    EXPECT_EQ(this->map(0, 4 * giga, 0), MapError::overlap);
    EXPECT_EQ(this->memory.writes.size(), old_writes);
    EXPECT_EQ(this->frames.given, old_frames);
}

TYPED_TEST(PageTableOf, MapsRightUpToANeighbour)
{
    ASSERT_EQ(this->map(0x8000'0000, mega, 0x8000'0000), std::nullopt);
    EXPECT_EQ(this->map(0x8020'0000, page, 0x8020'0000), std::nullopt);
    EXPECT_EQ(this->map(0x8020'1000, mega - page, 0x8020'1000), std::nullopt);
    EXPECT_EQ(this->map(0x7fff'f000, page, 0x7fff'f000), std::nullopt);
}

TYPED_TEST(PageTableOf, RejectsAStartSizeOrTargetThatIsNotOfWholePages)
{
    EXPECT_EQ(this->map(0x8000'0800, page, 0x8000'0000), MapError::misaligned);
    EXPECT_EQ(this->map(0x8000'0000, page + 1, 0x8000'0000), MapError::misaligned);
    EXPECT_EQ(this->map(0x8000'0000, page, 0x8000'0001), MapError::misaligned);
    EXPECT_TRUE(this->memory.writes.empty());
}

TYPED_TEST(PageTableOf, RejectsATargetPastTheLastPhysicalAddress)
{
    const uint64_t past = 1ULL << 56;
    EXPECT_EQ(this->map(0, page, past - page), std::nullopt);
    EXPECT_EQ(this->map(mega, page, past), MapError::not_physical);
    EXPECT_EQ(this->map(mega, 2 * page, past - page), MapError::not_physical);
    EXPECT_EQ(this->map(mega, 2 * page, 0 - page), MapError::not_physical);
}

TYPED_TEST(PageTableOf, RejectsAddressesThatTheSchemeDoesNotTranslate)
{
    const uint64_t limit = 1ULL << (TypeParam::guest_stage ? TypeParam::address_bits : TypeParam::address_bits - 1);
    EXPECT_EQ(this->map(limit - page, page, 0), std::nullopt);
    EXPECT_EQ(this->at(limit - 1)->address, page - 1);
    EXPECT_EQ(this->map(limit, page, 0), MapError::not_canonical);
    EXPECT_EQ(this->map(limit - 2 * page, 3 * page, 0), MapError::not_canonical);
    EXPECT_EQ(this->map(limit - 2 * page, 0 - page, 0), MapError::not_canonical);
    EXPECT_EQ(this->map(0, 0 - page, 0), MapError::not_canonical);
    EXPECT_EQ(this->table.walk(typename TestFixture::Addr{limit}), std::nullopt);
}

TYPED_TEST(PageTableOf, TakesAnEmptyRangeAndOwesNothingForIt)
{
    const auto owed = this->table.map(typename TestFixture::Range{}, PhysAddr{0}, TestFixture::rw);
    ASSERT_TRUE(owed.has_value());
    EXPECT_TRUE(owed->range().empty());
    EXPECT_TRUE(this->memory.writes.empty());
}

TYPED_TEST(PageTableOf, OwesAFlushOfWhatItMapped)
{
    const typename TestFixture::Range range{typename TestFixture::Addr{0x8020'0000}, 5 * page};
    const auto owed = this->table.map(range, PhysAddr{0x8020'0000}, TestFixture::rw);
    ASSERT_TRUE(owed.has_value());
    EXPECT_EQ(owed->range(), range);
}

TYPED_TEST(PageTableOf, TakesAnEntryThatTheSpecificationReservesForNoTranslationButForOccupied)
{
    // Writable and not readable, in the root's first entry.
    this->memory.write(this->table.root(), 0x2000'0005);
    EXPECT_EQ(this->table.walk(typename TestFixture::Addr{0}), std::nullopt);
    EXPECT_EQ(this->map(0, page, 0), MapError::overlap);
}

TYPED_TEST(PageTableOf, HoldsWhatARandomProgramMappedAsAModelDoes)
{
    std::mt19937_64 random{20260101};
    std::map<uint64_t, std::pair<uint64_t, uint64_t>> model;  // page -> target, permissions
    for (int step = 0; step < 200; ++step) {
        const uint64_t start = random() % 2048 * page + random() % 3 * giga;
        const uint64_t size = (1 + random() % (step % 8 == 0 ? 1100 : 20)) * page;
        const uint64_t target = random() % 2 == 0 ? start : random() % 4096 * page;
        const auto access = random() % 2 == 0 ? TestFixture::Table::Access::read : TestFixture::rw;
        const auto first = model.lower_bound(start);
        const bool free = first == model.end() || first->first >= start + size;
        ASSERT_EQ(this->map(start, size, target, access), free ? std::nullopt : std::optional{MapError::overlap});
        for (uint64_t offset = 0; free && offset < size; offset += page) {
            const uint64_t user = TypeParam::guest_stage ? 0x10 : 0;
            model[start + offset] = {target + offset, (access == TestFixture::rw ? 0xc7 : 0xc3) | user};
        }
    }
    for (uint64_t address = 0; address < 4096 * page; address += page) {
        const auto expected = model.find(address);
        const auto seen = this->at(address);
        const auto walked = this->table.walk(typename TestFixture::Addr{address});
        ASSERT_EQ(seen.has_value(), expected != model.end()) << address;
        ASSERT_EQ(walked.has_value(), seen.has_value()) << address;
        if (seen) {
            ASSERT_EQ(seen->address, expected->second.first);
            ASSERT_EQ(seen->permissions, expected->second.second);
            ASSERT_EQ(*seen, (Seen{walked->address.value(), walked->entry.bits() & 0x3ff, walked->level}));
        }
    }
}

TEST(KernelPageTable, ReachesTheLastPageOfTheAddressSpace)
{
    Bench<isa::Sv39> bench;
    const uint64_t high_half = 0 - (1ULL << 38);
    ASSERT_EQ(bench.map(0 - page, page, 0x8000'0000), std::nullopt);
    ASSERT_EQ(bench.map(high_half, page, 0x8000'1000), std::nullopt);
    EXPECT_EQ(bench.at(UINT64_MAX)->address, 0x8000'0fffU);
    EXPECT_EQ(bench.map(high_half - page, 2 * page, 0), MapError::not_canonical);
}

TEST(KernelPageTable, HasNoPageThatIsWritableAndExecutable)
{
    for (const auto access : {KernelAccess::read, KernelAccess::read_write, KernelAccess::read_execute}) {
        const Pte leaf = leaf_entry(PhysAddr{0x8020'0000}, access);
        EXPECT_TRUE(leaf.is_leaf() && leaf.get(Pte::read) && !leaf.get(Pte::user));
        EXPECT_TRUE(leaf.get(Pte::accessed) && leaf.get(Pte::dirty));
        EXPECT_EQ(leaf.get(Pte::write), access == KernelAccess::read_write);
        EXPECT_EQ(leaf.get(Pte::execute), access == KernelAccess::read_execute);
    }
}

TEST(KernelPageTable, NeedsEightTablesForTheKernelsOwnMapOfA128MiBMachine)
{
    Bench<isa::Sv39> bench;
    const auto identity = [&](uint64_t start, uint64_t end, KernelAccess access) {
        ASSERT_EQ(bench.map(start, end - start, start, access), std::nullopt);
    };
    identity(0x10'0000, 0x10'1000, KernelAccess::read_write);
    identity(0x1000'0000, 0x1000'1000, KernelAccess::read_write);
    identity(0x8020'0000, 0x8020'8000, KernelAccess::read_execute);
    identity(0x8020'8000, 0x8020'a000, KernelAccess::read);
    identity(0x8020'a000, 0x8020'c000, KernelAccess::read_write);
    identity(0x8020'd000, 0x8030'd000, KernelAccess::read_write);
    identity(0x8030'd000, 0x87e0'0000, KernelAccess::read_write);
    identity(0x87e0'0000, 0x87e0'2000, KernelAccess::read);
    EXPECT_LE(bench.frames.given, 8U);
    EXPECT_LE(bench.memory.writes.size(), 600U);
    EXPECT_EQ(bench.at(0x8020'c000), std::nullopt) << "the guard page";
}

TEST(GuestPageTable, HasARootOf2048EntriesAlignedToItsSize)
{
    Bench<isa::Sv39x4> bench;
    EXPECT_TRUE(bench.table.root().is_aligned(16384));
    ASSERT_EQ(bench.map((1ULL << 41) - giga, giga, 4 * giga), std::nullopt);
    EXPECT_THAT(bench.memory.writes, testing::SizeIs(1));
    EXPECT_EQ(bench.memory.writes[0].at, bench.table.root() + 2047 * 8);
}

TEST(GuestPageTable, GivesEveryPageTheUserBitAndTheRightsAskedFor)
{
    using enum GuestAccess;
    for (const auto access : {read, read_write, read_execute, read_write_execute}) {
        const Pte leaf = leaf_entry(PhysAddr{0x8020'0000}, access);
        EXPECT_TRUE(leaf.is_leaf() && leaf.get(Pte::read) && leaf.get(Pte::user) && !leaf.get(Pte::global));
        EXPECT_EQ(leaf.get(Pte::write), access == read_write || access == read_write_execute);
        EXPECT_EQ(leaf.get(Pte::execute), access == read_execute || access == read_write_execute);
    }
}

template <typename Table, typename Range, typename Target>
concept CanMap = requires(Table table, Range range, Target target, typename Table::Access access)
{
    table.map(range, target, access);
};
using KernelTable = Bench<isa::Sv39>::Table;
using GuestTable = Bench<isa::Sv39x4>::Table;

TEST(PageTable, DoesNotCompileWithAddressesOfAnotherSpace)
{
    EXPECT_TRUE((CanMap<KernelTable, VirtRange, PhysAddr>));
    EXPECT_FALSE((CanMap<KernelTable, GuestPhysRange, PhysAddr>));
    EXPECT_FALSE((CanMap<KernelTable, VirtRange, VirtAddr>));
    EXPECT_TRUE((CanMap<GuestTable, GuestPhysRange, PhysAddr>));
    EXPECT_FALSE((CanMap<GuestTable, VirtRange, PhysAddr>));
}

TEST(MapError, HasWordsForEachError)
{
    std::set<std::string_view> words;
    for (const auto error : {MapError::misaligned, MapError::not_canonical, MapError::not_physical,
                             MapError::overlap, MapError::out_of_frames}) {
        words.insert(name_of(error));
    }
    EXPECT_EQ(words.size(), 5U);
    EXPECT_FALSE(words.contains(name_of(MapError{99})));
}

}  // namespace
}  // namespace hv::mm

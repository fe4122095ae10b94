// The walk of a guest's page tables: each rule of the specification by itself, and random tables against its text.
#include <hv/mm/guest_translation.hpp>

#include <array>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "guest_ram.hpp"

namespace hv::mm {
namespace {

using isa::PagingMode;
using isa::Pte;
using isa::Satp;
using test::GuestRam;
using Reason = GuestWalkFault::Reason;
using enum GuestAccessKind;

constexpr uint64_t v = 1;
constexpr uint64_t r = 2;
constexpr uint64_t w = 4;
constexpr uint64_t x = 8;
constexpr uint64_t u = 16;
constexpr uint64_t a = 64;
constexpr uint64_t d = 128;

constexpr GuestPhysAddr ram{0x8000'0000};
constexpr uint64_t ram_size = 0x8000;

unsigned levels_of(PagingMode mode)
{
    return 3 + static_cast<unsigned>(mode) - static_cast<unsigned>(PagingMode::sv39);
}

/// A guest whose root table is at the start of its memory, and whose other tables follow.
class GuestTables {
public:
    explicit GuestTables(PagingMode mode)
    {
        ram_.add({ram, ram_size});
        EXPECT_TRUE(memory().zero({ram, ram_size}));
        paging.vsatp = Satp{}.with(Satp::mode, mode).with(Satp::ppn, ram.value() >> 12);
    }

    [[nodiscard]] GuestMemory memory() const { return ram_.memory(); }

    /// Where the entry for `address` at `level` is, with a table linked wherever one is missing above it.
    GuestPhysAddr slot(uint64_t address, unsigned level)
    {
        GuestPhysAddr table = ram;
        for (unsigned at = levels_of(paging.vsatp.get(Satp::mode)) - 1;; --at) {
            const GuestPhysAddr entry = table + (address >> (12 + 9 * at) & 511) * 8;
            if (at == level) {
                return entry;
            }
            const Pte old{memory().read<uint64_t>(entry).value()};
            if (!old.is_valid()) {
                tables_ += 0x1000;
                EXPECT_TRUE(memory().write<uint64_t>(entry, (ram + tables_).value() >> 2 | v));
            }
            table = GuestPhysAddr{Pte{memory().read<uint64_t>(entry).value()}.get(Pte::ppn) << 12};
        }
    }

    GuestPhysAddr map(uint64_t address, uint64_t target, uint64_t flags, unsigned level = 0)
    {
        const GuestPhysAddr at = slot(address, level);
        EXPECT_TRUE(memory().write<uint64_t>(at, target >> 2 | flags));
        return at;
    }

    [[nodiscard]] Expected<GuestTranslation, GuestWalkFault> walk(uint64_t address,
                                                                  GuestAccessKind kind = load) const
    {
        return translate(memory(), paging, GuestVirtAddr{address}, kind);
    }

    /// The address, or nothing.
    [[nodiscard]] std::optional<uint64_t> target(uint64_t address, GuestAccessKind kind = load) const
    {
        const auto result = walk(address, kind);
        return result ? std::optional{result->address.value()} : std::nullopt;
    }

    [[nodiscard]] std::optional<Reason> reason(uint64_t address, GuestAccessKind kind = load) const
    {
        const auto result = walk(address, kind);
        return result ? std::nullopt : std::optional{result.error().reason};
    }

    GuestPaging paging;

private:
    GuestRam ram_;
    uint64_t tables_ = 0;
};

constexpr PagingMode all_modes[] = {PagingMode::sv39, PagingMode::sv48, PagingMode::sv57};

TEST(GuestTranslation, IsTheAddressItselfWithBare)
{
    GuestTables guest{PagingMode::bare};
    EXPECT_EQ(guest.walk(0x1234'5678'9abc'def0).value(),
              (GuestTranslation{GuestPhysAddr{0x1234'5678'9abc'def0}, 0 - 0x1234'5678'9abc'def0ULL, Pte{}}));
    EXPECT_EQ(guest.walk(0).value().contiguous, UINT64_MAX);
    EXPECT_EQ(guest.walk(UINT64_MAX).value().contiguous, 1U);
}

TEST(GuestTranslation, FindsPagesOfEverySizeOfEveryMode)
{
    for (const PagingMode mode : all_modes) {
        for (unsigned level = 0; level < levels_of(mode); ++level) {
            GuestTables guest{mode};
            const uint64_t size = 0x1000ULL << (9 * level);
            const uint64_t address = 0 - size * 3;  // in the upper half
            const uint64_t target = size * 5 % (1ULL << 56);
            guest.map(address, target, v | r, level);
            const GuestTranslation first = guest.walk(address).value();
            EXPECT_EQ(first.address.value(), target);
            EXPECT_EQ(first.contiguous, size);
            const GuestTranslation last = guest.walk(address + size - 1).value();
            EXPECT_EQ(last.address.value(), target + size - 1);
            EXPECT_EQ(last.contiguous, 1U);
            EXPECT_EQ(guest.reason(address + size), Reason::not_valid) << level;
        }
    }
}

TEST(GuestTranslation, RefusesAddressesThatAreNotCanonical)
{
    for (const PagingMode mode : all_modes) {
        const GuestTables guest{mode};
        const uint64_t half = 1ULL << (11 + 9 * levels_of(mode));
        EXPECT_EQ(guest.reason(half), Reason::not_canonical);
        EXPECT_EQ(guest.reason(0 - half - 1), Reason::not_canonical);
        EXPECT_EQ(guest.reason(half - 1), Reason::not_valid);
        EXPECT_EQ(guest.reason(0 - half), Reason::not_valid);
    }
}

TEST(GuestTranslation, RefusesAModeThatDoesNotExist)
{
    for (uint64_t mode = 1; mode < 16; ++mode) {
        if (mode < 8 || mode > 10) {
            const GuestTables guest{static_cast<PagingMode>(mode)};
            EXPECT_EQ(guest.reason(0), Reason::mode_unknown) << mode;
        }
    }
}

TEST(GuestTranslation, NamesTheEntryThatStoppedItAndItsLevel)
{
    GuestTables guest{PagingMode::sv39};
    const GuestPhysAddr leaf = guest.map(0x4020'1000, 0, 0);
    EXPECT_EQ(guest.walk(0x4020'1000).error(), (GuestWalkFault{Reason::not_valid, 0, leaf, Pte{}}));
    EXPECT_EQ(guest.walk(0x8000'0000).error(), (GuestWalkFault{Reason::not_valid, 2, ram + 16, Pte{}}));
}

TEST(GuestTranslation, IsAnAccessFaultWhereATableIsInNoMemory)
{
    GuestTables guest{PagingMode::sv39};
    const GuestPhysAddr at = guest.map(0, 0xc00'0000, v, 1);  // a table in the PLIC
    const GuestWalkFault fault = guest.walk(0x3000).error();
    EXPECT_EQ(fault, (GuestWalkFault{Reason::table_unreachable, 0, GuestPhysAddr{0xc00'0018}, Pte{}}));
    EXPECT_TRUE(fault.is_access_fault());
    EXPECT_TRUE(guest.memory().write<uint64_t>(at, Pte::ppn.mask | v));
    EXPECT_EQ(guest.reason(0), Reason::table_unreachable);
    guest.paging.vsatp = guest.paging.vsatp.with(Satp::ppn, UINT64_MAX);
    EXPECT_EQ(guest.walk(0x3000).error().level, 2U);
    EXPECT_FALSE((GuestWalkFault{Reason::not_valid, 0, {}, {}}).is_access_fault());
}

TEST(GuestTranslation, EndsWhereTablesPointToThemselves)
{
    for (const PagingMode mode : all_modes) {
        GuestTables guest{mode};
        guest.map(0, ram.value(), v, levels_of(mode) - 1);
        EXPECT_EQ(guest.reason(0), Reason::no_leaf);
        EXPECT_EQ(guest.walk(0).error().level, 0U);
    }
}

TEST(GuestTranslation, RefusesReservedBitsOfAnyEntry)
{
    for (unsigned bit = 54; bit <= 60; ++bit) {
        GuestTables guest{PagingMode::sv39};
        guest.map(0, ram.value(), v | r | 1ULL << bit);
        EXPECT_EQ(guest.reason(0), Reason::reserved) << bit;
        guest.map(0, (ram + 0x1000).value(), v | 1ULL << bit, 1);
        EXPECT_EQ(guest.reason(0), Reason::reserved) << bit;
    }
    GuestTables guest{PagingMode::sv39};
    for (const uint64_t flags : {v | w, v | w | x, v | r | 3UL << 61}) {
        guest.map(0, ram.value(), flags);
        EXPECT_EQ(guest.reason(0), Reason::reserved) << flags;
    }
    for (const uint64_t flags : {v | a, v | d, v | u, v | 1UL << 61, v | 1UL << 63}) {
        guest.map(0, (ram + 0x1000).value(), flags, 1);
        EXPECT_EQ(guest.reason(0), Reason::reserved) << flags;
    }
}

TEST(GuestTranslation, AllowsMemoryTypesAndSoftwareBitsOfLeaves)
{
    GuestTables guest{PagingMode::sv39};
    for (const uint64_t flags : {1ULL << 61, 2ULL << 61, 3ULL << 8, 1ULL << 5}) {
        guest.map(0, ram.value(), v | r | flags);
        EXPECT_EQ(guest.target(0x123), ram.value() + 0x123) << flags;
    }
}

TEST(GuestTranslation, RefusesALargePageThatIsNotAlignedToItsSize)
{
    for (unsigned level = 1; level < 5; ++level) {
        for (unsigned bit = 12; bit < 12 + 9 * level; ++bit) {
            GuestTables guest{PagingMode::sv57};
            guest.map(0, 1ULL << bit, v | r, level);
            EXPECT_EQ(guest.reason(0), Reason::misplaced) << level << " " << bit;
        }
    }
}

TEST(GuestTranslation, FindsA64KiBPageOfSvnapotByAnyOfItsEntries)
{
    GuestTables guest{PagingMode::sv39};
    constexpr uint64_t napot = 1ULL << 63;
    for (uint64_t page = 0; page < 16; ++page) {
        guest.map(0x1'0000 + page * 0x1000, 0x8123'8000, v | r | napot);
    }
    EXPECT_EQ(guest.target(0x1'5678), 0x8123'5678U);
    EXPECT_EQ(guest.walk(0x1'5678).value().contiguous, 0x1'0000 - 0x5678U);
    guest.map(0x1'0000, 0x8123'4000, v | r | napot);
    EXPECT_EQ(guest.reason(0x1'0000), Reason::misplaced);
    guest.map(0x4000'0000, 0x8000, v | r | napot, 1);
    EXPECT_EQ(guest.reason(0x4000'0000), Reason::misplaced);
}

TEST(GuestTranslation, AsksForThePermissionOfTheAccess)
{
    GuestTables guest{PagingMode::sv39};
    guest.map(0, ram.value(), v | r);
    EXPECT_TRUE(guest.target(0, load));
    EXPECT_EQ(guest.reason(0, store), Reason::not_writable);
    EXPECT_EQ(guest.reason(0, fetch), Reason::not_executable);
    guest.map(0, ram.value(), v | x);
    EXPECT_EQ(guest.reason(0, load), Reason::not_readable);
    EXPECT_TRUE(guest.target(0, fetch));
    guest.map(0, ram.value(), v | r | w);
    EXPECT_TRUE(guest.target(0, store));
}

TEST(GuestTranslation, LetsLoadsReadExecutablePagesWithMxrOnly)
{
    GuestTables guest{PagingMode::sv39};
    guest.map(0, ram.value(), v | x);
    guest.paging.mxr = true;
    EXPECT_TRUE(guest.target(0, load));
    EXPECT_EQ(guest.reason(0, store), Reason::not_writable);
}

TEST(GuestTranslation, KeepsVuModeToItsOwnPages)
{
    GuestTables guest{PagingMode::sv39};
    guest.paging.user = true;
    guest.paging.sum = true;
    guest.map(0, ram.value(), v | r | w | x);
    for (const GuestAccessKind kind : {load, store, fetch}) {
        EXPECT_EQ(guest.reason(0, kind), Reason::not_for_user);
    }
    guest.map(0, ram.value(), v | r | w | x | u);
    for (const GuestAccessKind kind : {load, store, fetch}) {
        EXPECT_TRUE(guest.target(0, kind));
    }
}

TEST(GuestTranslation, LetsVsModeIntoPagesOfVuModeWithSumAndNeverToFetch)
{
    GuestTables guest{PagingMode::sv39};
    guest.map(0, ram.value(), v | r | w | x | u);
    for (const GuestAccessKind kind : {load, store, fetch}) {
        EXPECT_EQ(guest.reason(0, kind), Reason::not_for_supervisor);
    }
    guest.paging.sum = true;
    EXPECT_TRUE(guest.target(0, load));
    EXPECT_TRUE(guest.target(0, store));
    EXPECT_EQ(guest.reason(0, fetch), Reason::not_for_supervisor);
}

TEST(GuestTranslation, MindsAccessedAndDirtyBitsWhereItIsToldTo)
{
    GuestTables guest{PagingMode::sv39};
    guest.map(0, ram.value(), v | r | w);
    EXPECT_TRUE(guest.target(0, store));
    guest.paging.need_accessed_dirty = true;
    EXPECT_EQ(guest.reason(0, load), Reason::not_accessed);
    guest.map(0, ram.value(), v | r | w | a);
    EXPECT_TRUE(guest.target(0, load));
    EXPECT_EQ(guest.reason(0, store), Reason::not_dirty);
    guest.map(0, ram.value(), v | r | w | a | d);
    EXPECT_TRUE(guest.target(0, store));
}

/// [priv] Supervisor: Virtual Address Translation Process, as the text has it, on entries that it is given.
std::optional<uint64_t> by_the_book(const GuestTables& guest, uint64_t va, GuestAccessKind kind)
{
    const GuestPaging& paging = guest.paging;
    const int levels = static_cast<int>(levels_of(paging.vsatp.get(Satp::mode)));
    uint64_t table = (paging.vsatp.bits() & ((1ULL << 44) - 1)) * 4096;
    for (int i = levels - 1; i >= 0; --i) {
        const auto entry = guest.memory().read<uint64_t>(GuestPhysAddr{table + (va >> (12 + 9 * i)) % 512 * 8});
        if (!entry || (*entry & v) == 0 || (*entry & (r | w)) == w || (*entry >> 54) % 128 != 0) {
            return std::nullopt;
        }
        const uint64_t ppn = *entry << 10 >> 20;
        if ((*entry & (r | x)) == 0) {
            if ((*entry & (a | d | u)) != 0 || *entry >> 61 != 0) {
                return std::nullopt;
            }
            table = ppn * 4096;
            continue;
        }
        const uint64_t needed = kind == store ? w : kind == fetch ? x : r;
        const bool allowed = (*entry & needed) != 0 || (kind == load && paging.mxr && (*entry & x) != 0);
        const bool user_page = (*entry & u) != 0;
        const bool mode_allowed = paging.user ? user_page : !user_page || (paging.sum && kind != fetch);
        const bool napot = *entry >> 63 != 0;
        if (!allowed || !mode_allowed || (*entry >> 61) % 4 == 3 || (napot && (i != 0 || ppn % 16 != 8))) {
            return std::nullopt;
        }
        const uint64_t page = napot ? 0x1'0000 : 0x1000ULL << (9 * i);
        if (!napot && ppn * 4096 % page != 0) {
            return std::nullopt;
        }
        return ppn * 4096 / page * page + va % page;
    }
    return std::nullopt;
}

TEST(GuestTranslation, AgreesWithTheSpecificationsTextOnRandomTables)
{
    std::mt19937_64 random{7};
    unsigned found = 0;
    for (unsigned round = 0; round < 10'000; ++round) {
        GuestTables guest{all_modes[random() % 3]};
        const unsigned levels = levels_of(guest.paging.vsatp.get(Satp::mode));
        guest.paging.user = random() % 2 == 0;
        guest.paging.sum = random() % 2 == 0;
        guest.paging.mxr = random() % 2 == 0;
        const uint64_t address = random() >> (64 - (11 + 9 * levels));
        const auto level = static_cast<unsigned>(random() % levels);
        const uint64_t page = 0x1000ULL << (9 * level);
        // Mostly well-formed, sometimes with one bit more or less.
        uint64_t entry = ((random() & ((1ULL << 50) - 1)) / page * page >> 2) | v | (random() & 0xf6) | r;
        if (random() % 4 == 0) {
            entry ^= 1ULL << random() % 64;
        }
        if (random() % 8 == 0) {
            entry = (entry & ~0x3fffULL) | 0x2000 | (entry & 0xff) | 1ULL << 63;
        }
        ASSERT_TRUE(guest.memory().write<uint64_t>(guest.slot(address, level), entry));
        for (const GuestAccessKind kind : {load, store, fetch}) {
            const auto expected = by_the_book(guest, address, kind);
            ASSERT_EQ(guest.target(address, kind), expected) << std::hex << entry << " " << level;
            found += expected.has_value() ? 1U : 0U;
        }
    }
    EXPECT_GT(found, 3'000U);
}

TEST(GuestVirtualCopy, GathersBytesThatAreNeighboursForTheGuestOnly)
{
    GuestTables guest{PagingMode::sv39};
    guest.map(0x1000, (ram + 0x7000).value(), v | r);
    guest.map(0x2000, (ram + 0x6000).value(), v | r);
    EXPECT_TRUE(guest.memory().write<uint32_t>(ram + 0x7ffc, 0x4433'2211));
    EXPECT_TRUE(guest.memory().write<uint32_t>(ram + 0x6000, 0x8877'6655));
    std::array<std::byte, 8> bytes{};
    ASSERT_TRUE(copy_out(guest.memory(), guest.paging, GuestVirtAddr{0x1ffc}, bytes));
    for (unsigned i = 0; i < 8; ++i) {
        EXPECT_EQ(bytes[i], static_cast<std::byte>(0x11 * (i + 1)));
    }
    const auto fault = copy_out(guest.memory(), guest.paging, GuestVirtAddr{0x2ffc}, bytes);
    EXPECT_EQ(fault.error().reason, Reason::not_valid);
}

TEST(GuestVirtualCopy, SaysWhereAPageIsInNoMemory)
{
    GuestTables guest{PagingMode::sv39};
    guest.map(0x1000, (ram + ram_size - 0x1000).value(), v | r);
    guest.map(0x2000, (ram + ram_size).value(), v | r);
    std::array<std::byte, 8> bytes{};
    const auto fault = copy_out(guest.memory(), guest.paging, GuestVirtAddr{0x1ffc}, bytes).error();
    EXPECT_EQ(fault.reason, Reason::page_unreachable);
    EXPECT_EQ(fault.entry_address, ram + ram_size);
    EXPECT_TRUE(fault.is_access_fault());
}

TEST(GuestVirtualCopy, EndsWithBareToo)
{
    GuestTables guest{PagingMode::bare};
    std::array<std::byte, 8> bytes{};
    EXPECT_TRUE(copy_out(guest.memory(), guest.paging, GuestVirtAddr{ram.value()}, bytes));
    EXPECT_FALSE(copy_out(guest.memory(), guest.paging, GuestVirtAddr{UINT64_MAX}, bytes));
    EXPECT_TRUE(copy_out(guest.memory(), guest.paging, GuestVirtAddr{0}, {}));
}

std::string text_of(const GuestWalkFault& fault)
{
    std::array<char, 128> buffer{};
    BufferSink sink{buffer};
    print(sink, "{}", fault);
    return std::string{sink.text()};
}

TEST(GuestWalkFault, SaysInWordsWhatStoppedTheWalk)
{
    const GuestPhysAddr at{0x8020'1008};
    EXPECT_EQ(text_of({Reason::not_valid, 1, at, Pte{0}}), "the level-1 entry 0x0 at 0x80201008 is not valid");
    EXPECT_EQ(text_of({Reason::not_writable, 0, at, Pte{0x2000'0003}}),
              "the level-0 entry 0x20000003 at 0x80201008 is not writable");
    EXPECT_EQ(text_of({Reason::table_unreachable, 2, at, Pte{}}),
              "the level-2 entry at 0x80201008 is in no memory of the guest");
    EXPECT_EQ(text_of({Reason::page_unreachable, 0, at, Pte{}}), "0x80201008 is in no memory of the guest");
    EXPECT_EQ(text_of({Reason::not_canonical, 0, {}, {}}), "the address is not canonical");
    EXPECT_EQ(text_of({Reason::mode_unknown, 0, {}, {}}), "vsatp holds a mode that does not exist");
}

}  // namespace
}  // namespace hv::mm

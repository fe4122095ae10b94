// The door into guest memory: what it lets through, what it refuses, and that a refusal changes nothing.
#include <hv/mm/guest_memory.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "guest_ram.hpp"

namespace hv::mm {
namespace {

using Reason = GuestMemoryFault::Reason;
using test::GuestRam;

constexpr GuestPhysAddr ram{0x8000'0000};
constexpr GuestPhysAddr rom{0x8000'3000};
constexpr GuestPhysAddr high{0x8000'4000};
constexpr GuestPhysAddr last{0xffff'ffff'ffff'f000};

/// Three neighbours, the middle one read-only; one at the very bottom, and one at the very top.
class GuestMemoryTest : public testing::Test {
protected:
    GuestMemoryTest()
    {
        guest.add({high, 0x1000}, GuestAccess::read_write, 3);
        guest.add({rom, 0x1000}, GuestAccess::read_execute, 1);
        guest.add({ram, 0x3000});
        guest.add({GuestPhysAddr{0}, 0x1000});
        guest.add({last, 0x1000});
        memory = guest.memory();
    }

    [[nodiscard]] bool reads(GuestPhysAddr from, size_t size)
    {
        std::vector<std::byte> bytes(size);
        if (!memory.copy_out(from, bytes)) {
            return false;
        }
        for (size_t i = 0; i < size; ++i) {
            EXPECT_EQ(bytes[i], GuestRam::pattern(from + i)) << i;
        }
        return true;
    }

    GuestRam guest;
    GuestMemory memory{{}};
};

template <typename T>
GuestMemoryFault fault_of(const Expected<T, GuestMemoryFault>& result)
{
    return result ? GuestMemoryFault{Reason::unmapped, GuestPhysAddr{0xdead}} : result.error();
}

TEST_F(GuestMemoryTest, ReadsEveryStretchOfARegionAtEveryAlignment)
{
    for (uint64_t from = 0; from < 9; ++from) {
        for (size_t size = 0; size < 200; ++size) {
            ASSERT_TRUE(reads(ram + from, size)) << from << " " << size;
            ASSERT_TRUE(reads(ram + 0x3000 - from - size, size));
            ASSERT_TRUE(reads(high + from, size));
        }
    }
    EXPECT_TRUE(reads(ram, 0x3000));
}

TEST_F(GuestMemoryTest, ReadsAcrossNeighbouringRegions)
{
    EXPECT_TRUE(reads(ram, 0x5000));
    for (size_t i = 1; i < 20; ++i) {
        EXPECT_TRUE(reads(rom - i, 20));
        EXPECT_TRUE(reads(high - i, 0x1000));
    }
}

TEST_F(GuestMemoryTest, RefusesARangeWithOneByteTooManyAndNamesThatByte)
{
    std::vector<std::byte> bytes(0x5001);
    EXPECT_EQ(fault_of(memory.copy_out(ram, bytes)), (GuestMemoryFault{Reason::unmapped, high + 0x1000}));
    EXPECT_EQ(fault_of(memory.copy_out(ram - 1, bytes)), (GuestMemoryFault{Reason::unmapped, ram - 1}));
    EXPECT_EQ(fault_of(memory.check_readable({ram, 0x5001})), (GuestMemoryFault{Reason::unmapped, high + 0x1000}));
    EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_F(GuestMemoryTest, EndsAtTheLastAddressThoughThereIsMemoryAtTheFirst)
{
    EXPECT_TRUE(memory.check_writable({last, 0x1000}));
    const GuestMemoryFault wrapped{Reason::unmapped, GuestPhysAddr{0}};
    EXPECT_EQ(fault_of(memory.check_readable({last, 0x1001})), wrapped);
    EXPECT_EQ(fault_of(memory.check_writable({last, UINT64_MAX})), wrapped);
    EXPECT_EQ(fault_of(memory.check_readable({last + 0xfff, UINT64_MAX})), wrapped);
    EXPECT_EQ(fault_of(memory.read<uint64_t>(last + 0xffc)), wrapped);
    EXPECT_EQ(fault_of(memory.zero({last, 0x1008})), wrapped);
    EXPECT_TRUE(guest.unchanged());
}

TEST_F(GuestMemoryTest, TakesNoLongerForAHugeSize)
{
    EXPECT_EQ(fault_of(memory.check_readable({ram, 1ULL << 63})),
              (GuestMemoryFault{Reason::unmapped, high + 0x1000}));
    EXPECT_EQ(fault_of(memory.zero({ram, UINT64_MAX})), (GuestMemoryFault{Reason::read_only, rom}));
    EXPECT_TRUE(guest.unchanged());
}

TEST_F(GuestMemoryTest, LetsAnEmptyRangePassWhereverItLies)
{
    EXPECT_TRUE(memory.copy_out(GuestPhysAddr{0x4000}, {}));
    EXPECT_TRUE(memory.copy_in(rom, {}));
    EXPECT_TRUE(memory.zero({GuestPhysAddr{UINT64_MAX}, 0}));
}

TEST_F(GuestMemoryTest, WritesAndChangesNothingElse)
{
    std::mt19937_64 random{1};
    std::vector<std::byte> bytes(300);
    for (std::byte& b : bytes) {
        b = static_cast<std::byte>(random());
    }
    for (size_t size = 0; size < bytes.size(); size += 7) {
        const uint64_t at = random() % 0x2000;
        const std::span from = std::span{bytes}.subspan(random() % 9 % (bytes.size() - size + 1), size);
        ASSERT_TRUE(memory.copy_in(ram + at, from));
        for (size_t i = 0; i < size; ++i) {
            ASSERT_EQ(guest.byte(ram + at + i), from[i]);
            guest.byte(ram + at + i) = GuestRam::pattern(ram + at + i);
        }
        ASSERT_TRUE(guest.unchanged()) << size;
    }
}

TEST_F(GuestMemoryTest, RefusesToWriteToReadOnlyMemoryEvenWhereOnlyTheLastByteIs)
{
    std::vector<std::byte> bytes(0x3001);
    EXPECT_EQ(fault_of(memory.copy_in(ram, bytes)), (GuestMemoryFault{Reason::read_only, rom}));
    EXPECT_EQ(fault_of(memory.copy_in(rom + 5, std::span{bytes}.first(1))),
              (GuestMemoryFault{Reason::read_only, rom + 5}));
    EXPECT_EQ(fault_of(memory.zero({rom, 1})), (GuestMemoryFault{Reason::read_only, rom}));
    EXPECT_EQ(fault_of(memory.write<uint8_t>(rom, 1)), (GuestMemoryFault{Reason::read_only, rom}));
    EXPECT_EQ(fault_of(memory.write<uint32_t>(rom + 3, 1)), (GuestMemoryFault{Reason::read_only, rom + 3}));
    EXPECT_EQ(fault_of(memory.write<uint64_t>(rom - 4, 1)), (GuestMemoryFault{Reason::read_only, rom}));
    EXPECT_EQ(fault_of(memory.write<uint64_t>(rom + 7, 1)), (GuestMemoryFault{Reason::read_only, rom + 7}));
    EXPECT_TRUE(guest.unchanged());
}

TEST_F(GuestMemoryTest, ClearsExactlyTheRangeAskedFor)
{
    for (uint64_t from = 0; from < 9; ++from) {
        for (const uint64_t size : {0U, 1U, 7U, 8U, 9U, 255U, 256U, 257U, 263U, 511U, 1000U}) {
            ASSERT_TRUE(memory.zero({high + from, size}));
            for (uint64_t i = 0; i < size; ++i) {
                ASSERT_EQ(guest.byte(high + from + i), std::byte{0});
                guest.byte(high + from + i) = GuestRam::pattern(high + from + i);
            }
            ASSERT_TRUE(guest.unchanged()) << from << " " << size;
        }
    }
}

template <typename T>
T expected_number(GuestPhysAddr at)
{
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>(value | static_cast<T>(static_cast<T>(GuestRam::pattern(at + i)) << (8 * i)));
    }
    return value;
}

template <typename T>
void check_numbers(GuestRam& guest, const GuestMemory& memory, GuestPhysAddr at)
{
    ASSERT_EQ(memory.read<T>(at).value(), expected_number<T>(at)) << at.value();
    if (memory.write<T>(at, static_cast<T>(0x8182'8384'8586'8788))) {
        for (size_t i = 0; i < sizeof(T); ++i) {
            ASSERT_EQ(guest.byte(at + i), static_cast<std::byte>(0x88 - i));
            guest.byte(at + i) = GuestRam::pattern(at + i);
        }
    }
    ASSERT_TRUE(guest.unchanged());
}

TEST_F(GuestMemoryTest, ReadsAndWritesNumbersOfAllWidthsAtAllAlignmentsAndAcrossRegions)
{
    for (uint64_t i = 0; i < 17; ++i) {
        for (const GuestPhysAddr at : {ram + i, rom - 8 + i, high + 8 + i}) {
            check_numbers<uint8_t>(guest, memory, at);
            check_numbers<uint16_t>(guest, memory, at);
            check_numbers<uint32_t>(guest, memory, at);
            check_numbers<uint64_t>(guest, memory, at);
        }
    }
}

TEST_F(GuestMemoryTest, RefusesNumbersThatAreNotWhollyInMemory)
{
    EXPECT_EQ(fault_of(memory.read<uint32_t>(high + 0xffd)), (GuestMemoryFault{Reason::unmapped, high + 0x1000}));
    EXPECT_EQ(fault_of(memory.write<uint64_t>(ram - 1, 0)), (GuestMemoryFault{Reason::unmapped, ram - 1}));
    EXPECT_EQ(fault_of(memory.write<uint64_t>(high + 0xff9, 0)),
              (GuestMemoryFault{Reason::unmapped, high + 0x1000}));
    EXPECT_TRUE(guest.unchanged());
}

TEST(GuestMemoryWithoutRegions, RefusesEverything)
{
    const GuestMemory none{{}};
    EXPECT_FALSE(none.read<uint8_t>(GuestPhysAddr{0}));
    EXPECT_FALSE(none.check_readable({GuestPhysAddr{0}, UINT64_MAX}));
    EXPECT_TRUE(none.check_writable({}));
}

TEST(GuestMemoryOfTheHost, ClearsByTheHostsMeansWhereItHasSome)
{
    static std::vector<std::pair<std::byte*, size_t>> cleared;
    std::array<std::byte, 64> bytes{};
    const auto at = reinterpret_cast<uintptr_t>(bytes.data());
    const GuestRegion regions[] = {{{GuestPhysAddr{0}, 32}, PhysAddr{at}},
                                   {{GuestPhysAddr{32}, 32}, PhysAddr{at + 32}}};
    const GuestMemory memory{regions, {.zero = [](std::byte* to, size_t size) { cleared.emplace_back(to, size); }}};
    EXPECT_TRUE(memory.zero({GuestPhysAddr{8}, 40}));
    const std::vector<std::pair<std::byte*, size_t>> expected{{&bytes[8], 24}, {&bytes[32], 16}};
    EXPECT_EQ(cleared, expected);
}

TEST(GuestMemoryFault, SaysWhereAndWhy)
{
    std::array<char, 80> buffer{};
    BufferSink sink{buffer};
    print(sink, "{}", GuestMemoryFault{Reason::read_only, GuestPhysAddr{0x9000'0000}});
    EXPECT_EQ(sink.text(), "0x90000000: read-only memory of the guest");
    sink.clear();
    print(sink, "{}", GuestMemoryFault{Reason::unmapped, GuestPhysAddr{0x10}});
    EXPECT_EQ(sink.text(), "0x10: no memory of the guest");
}

TEST(CopyBlock, CopiesAllSizesBetweenAllAlignmentsAndReadsNothingBesides)
{
    for (size_t size = 0; size < 160; ++size) {
        for (size_t from_skew = 0; from_skew < 8; ++from_skew) {
            for (size_t to_skew = 0; to_skew < 8; ++to_skew) {
                // Ends where the allocation ends: AddressSanitizer sees what is read behind it.
                const auto from = std::make_unique<std::byte[]>(from_skew + size);
                std::vector<std::byte> to(to_skew + size + 8, std::byte{0xee});
                for (size_t i = 0; i < size; ++i) {
                    from[from_skew + i] = static_cast<std::byte>(i * 7 + 1);
                }
                copy_block(to.data() + to_skew, from.get() + from_skew, size);
                ASSERT_TRUE(std::equal(to.begin() + static_cast<std::ptrdiff_t>(to_skew), to.end() - 8,
                                       from.get() + from_skew));
                ASSERT_EQ(
                    std::count(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(to_skew), std::byte{0xee}),
                    static_cast<std::ptrdiff_t>(to_skew));
                ASSERT_EQ(std::count(to.end() - 8, to.end(), std::byte{0xee}), 8);
            }
        }
    }
}

}  // namespace
}  // namespace hv::mm

// The SBI's debug console: which memory it reads and writes, and how much at once.
#include <hv/vm/sbi_call.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::DebugConsole;
using isa::sbi::Error;
using isa::sbi::Extension;
using test::data_start;
using test::ram_end;
using test::ram_size;
using test::ram_start;
using test::result_of;
using test::rom_start;
using test::side_size;

constexpr SbiReturn invalid{Error::invalid_param, 0};

struct Range {
    uint64_t size;
    uint64_t low;
    uint64_t high = 0;
};

/// HOSTILE 16: holes, devices, the ends of memory, sums that wrap, and addresses above 64 bits.
constexpr Range bad_ranges[] = {
    {1, ram_start - 1},
    {1, ram_end},
    {2, ram_end - 1},
    {ram_size + 1, ram_start},
    {1, 0},
    {1, 0x1000'0000},
    {1, 0x8'0000'0000},
    {1, UINT64_MAX},
    {2, UINT64_MAX},
    {UINT64_MAX, 1},
    {UINT64_MAX, ram_start},
    {UINT64_MAX, UINT64_MAX},
    {1ULL << 63, ram_start},
    {1ULL << 63, 1ULL << 63},
    {0 - ram_start + 1, ram_start},
    {1, ram_start, 1},
    {16, ram_start, UINT64_MAX},
    {1, 0xffff'ffff'0000'0000},
    {side_size + 1, data_start},
};

class SbiConsole : public testing::Test {
protected:
    test::FakeGuest guest_{1};
    test::FakeHost host_{guest_};

    SbiReturn write(Range range)
    {
        return result_of(
            host_.call(Extension::debug_console, DebugConsole::write, {range.size, range.low, range.high}));
    }
    SbiReturn read(Range range)
    {
        return result_of(
            host_.call(Extension::debug_console, DebugConsole::read, {range.size, range.low, range.high}));
    }
    SbiOutcome write_byte(uint64_t byte)
    {
        return host_.call(Extension::debug_console, DebugConsole::write_byte, {byte});
    }
};

TEST_F(SbiConsole, WritesWhatIsInTheGuestsMemory)
{
    guest_.put(ram_start + 5, "hello");
    EXPECT_EQ(write({5, ram_start + 5}), (SbiReturn{Error::success, 5}));
    EXPECT_EQ(host_.written, "hello");
    EXPECT_TRUE(guest_.get(ram_start + 5, 5) == "hello");
}

// CHECKLIST 70.
TEST_F(SbiConsole, WritesAcrossPagesAndOutOfReadOnlyMemory)
{
    guest_.put(ram_start + 0xffd, "abcdef");
    EXPECT_EQ(write({6, ram_start + 0xffd}).value, 6U);
    guest_.put(rom_start, "rom");
    EXPECT_EQ(write({3, rom_start}).value, 3U);
    guest_.put(ram_end - 1, "!");
    EXPECT_EQ(write({1, ram_end - 1}).value, 1U);
    EXPECT_EQ(host_.written, "abcdefrom!");
}

// CHECKLIST 70, HOSTILE 16.
TEST_F(SbiConsole, PrintsNotAByteOfARangeThatIsNotTheGuestsOwn)
{
    for (const Range range : bad_ranges) {
        EXPECT_EQ(write(range), invalid) << std::hex << range.low << " + " << range.size;
    }
    EXPECT_EQ(host_.written, "");
    EXPECT_EQ(host_.largest_write, 0U);
}

// CHECKLIST 71, HOSTILE 17.
TEST_F(SbiConsole, ReadsNothingIntoARangeThatTheGuestMayNotWrite)
{
    host_.input = "lost?";
    for (const Range range : bad_ranges) {
        EXPECT_EQ(read(range), invalid) << std::hex << range.low << " + " << range.size;
    }
    EXPECT_EQ(read({1, rom_start}), invalid);
    EXPECT_EQ(host_.input, "lost?");
    EXPECT_TRUE(guest_.ram.unchanged());
}

// CHECKLIST 70, HOSTILE 16.
TEST_F(SbiConsole, SucceedsWithNoBytesWhereverTheyAre)
{
    host_.input = "x";
    for (const Range range : {Range{0, ram_start}, Range{0, 0}, Range{0, UINT64_MAX}, Range{0, 0, 1}}) {
        EXPECT_EQ(write(range), SbiReturn{});
        EXPECT_EQ(read(range), SbiReturn{});
    }
    EXPECT_EQ(host_.written, "");
    EXPECT_EQ(host_.input, "x");
}

// CHECKLIST 70.
TEST_F(SbiConsole, DoesABoundedPieceOfALongWriteAndSaysHowMuch)
{
    const std::string all = guest_.get(ram_start, ram_size);
    uint64_t done = 0;
    unsigned calls = 0;
    while (done < ram_size) {
        const SbiReturn result = write({ram_size - done, ram_start + done});
        ASSERT_EQ(result.error, Error::success);
        ASSERT_GT(result.value, 0U);
        ASSERT_LE(result.value, max_console_bytes);
        done += result.value;
        ++calls;
    }
    EXPECT_EQ(host_.written, all);
    EXPECT_EQ(calls, ram_size / max_console_bytes);
    EXPECT_LE(host_.largest_write, 256U);
}

// CHECKLIST 70.
TEST_F(SbiConsole, ReportsHowMuchAFullConsoleTook)
{
    guest_.put(ram_start, std::string(1000, 'x'));
    for (const size_t room : {0U, 1U, 255U, 256U, 257U, 999U}) {
        host_.room = room;
        EXPECT_EQ(write({1000, ram_start}), (SbiReturn{Error::success, room}));
    }
}

// CHECKLIST 71.
TEST_F(SbiConsole, ReadsWhatThereIsAndNoMore)
{
    EXPECT_EQ(read({10, data_start}), SbiReturn{});
    EXPECT_TRUE(guest_.ram.unchanged());
    host_.input = "abc";
    const std::string behind = guest_.get(data_start + 3, 7);
    EXPECT_EQ(read({10, data_start}), (SbiReturn{Error::success, 3}));
    EXPECT_EQ(guest_.get(data_start, 3), "abc");
    EXPECT_EQ(guest_.get(data_start + 3, 7), behind);
}

// CHECKLIST 71, HOSTILE 17.
TEST_F(SbiConsole, ReadsAcrossPagesNoMoreThanAskedFor)
{
    host_.input = std::string(2000, 'i') + "rest";
    const std::string before = guest_.get(ram_start + 0xf00 + 2000, 1);
    EXPECT_EQ(read({2000, ram_start + 0xf00}), (SbiReturn{Error::success, 2000}));
    EXPECT_EQ(guest_.get(ram_start + 0xf00, 2000), std::string(2000, 'i'));
    EXPECT_EQ(guest_.get(ram_start + 0xf00 + 2000, 1), before);
    EXPECT_EQ(host_.input, "rest");
    host_.input = std::string(ram_size, 'j');
    EXPECT_EQ(read({ram_size, ram_start}), (SbiReturn{Error::success, max_console_bytes}));
}

// CHECKLIST 71.
TEST_F(SbiConsole, WritesTheLowEightBitsOfAByte)
{
    EXPECT_EQ(result_of(write_byte(0x6463'6261'6463'6261)), SbiReturn{});
    EXPECT_EQ(result_of(write_byte(0xff)), SbiReturn{});
    EXPECT_EQ(host_.written, "a\xff");
}

TEST_F(SbiConsole, IsAskedAgainForAByteThatFindsNoRoom)
{
    host_.room = 0;
    EXPECT_EQ(write_byte('a'), SbiOutcome{SbiOutcome::Kind::retry});
    EXPECT_EQ(host_.written, "");
    host_.room = 1;
    EXPECT_EQ(result_of(write_byte('a')), SbiReturn{});
    EXPECT_EQ(host_.written, "a");
}

}  // namespace
}  // namespace hv::vm

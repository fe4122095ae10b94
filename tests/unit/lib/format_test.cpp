// What each kind of value looks like under each specification.
#include <hv/lib/format.hpp>

#include <hv/lib/static_vector.hpp>
#include <hv/lib/vector.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hv {

namespace test_types {

enum class Colour : uint8_t { Red, Green };
constexpr std::string_view name_of(Colour colour)
{
    return colour == Colour::Red ? std::string_view{"red"} : std::string_view{"green"};
}

enum class Unnamed : int16_t { MinusTwo = -2, Seven = 7 };

struct Point {
    int x = 0;
    int y = 0;
};
inline void format_value(FormatOutput& out, const Point& point)
{
    print(out, "({}, {:#x})", point.x, point.y);
}

}  // namespace test_types

namespace {

using test_types::Colour;
using test_types::Point;
using test_types::Unnamed;

class RecordingSink final : public Sink {
public:
    void write(std::string_view text) override { pieces_.emplace_back(text); }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::string& piece : pieces_) {
            all += piece;
        }
        return all;
    }
    std::vector<std::string> pieces_;
};

template <typename... Args>
std::string formatted(FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    RecordingSink sink;
    print(sink, format, args...);
    return sink.text();
}

TEST(Format, CopiesTextWithoutFields)
{
    EXPECT_EQ(formatted(""), "");
    EXPECT_EQ(formatted("Booting hypervisor..."), "Booting hypervisor...");
}

TEST(Format, PrintsDoubledBracesAsOne)
{
    EXPECT_EQ(formatted("{{}}"), "{}");
    EXPECT_EQ(formatted("{{{}}}", 1), "{1}");
    EXPECT_EQ(formatted("a}}b{{c"), "a}b{c");
}

TEST(Format, FillsFieldsInOrder)
{
    EXPECT_EQ(formatted("{}, {} and {}", 1, 'b', "three"), "1, b and three");
}

TEST(Format, PrintsTheVectorOfTheIssue)
{
    Vector<char> v;
    for (const char c : {'a', 'b', 'c'}) {
        v.push_back(c);
    }
    EXPECT_EQ(formatted("v = {}", v), "v = ['a', 'b', 'c']");
}

TEST(Format, PrintsIntegersOfEveryWidthAtTheirLimits)
{
    EXPECT_EQ(formatted("{}", uint8_t{255}), "255");
    EXPECT_EQ(formatted("{}", int8_t{-128}), "-128");
    EXPECT_EQ(formatted("{}", std::numeric_limits<int16_t>::min()), "-32768");
    EXPECT_EQ(formatted("{}", std::numeric_limits<uint32_t>::max()), "4294967295");
    EXPECT_EQ(formatted("{}", std::numeric_limits<int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(formatted("{}", std::numeric_limits<int64_t>::max()), "9223372036854775807");
    EXPECT_EQ(formatted("{}", std::numeric_limits<uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(formatted("{}", 0), "0");
    EXPECT_EQ(formatted("{:d}", -1), "-1");
}

TEST(Format, PrintsIntegersInOtherBases)
{
    EXPECT_EQ(formatted("{:x} {:#x} {:X} {:#X}", 0xbeef, 0xbeef, 0xbeef, 0xbeef), "beef 0xbeef BEEF 0xBEEF");
    EXPECT_EQ(formatted("{:b} {:#b}", 10, 10), "1010 0b1010");
    EXPECT_EQ(formatted("{:x} {:#x} {:#b}", 0, 0, 0), "0 0x0 0b0");
    EXPECT_EQ(formatted("{:x} {:#x}", -255, int8_t{-128}), "-ff -0x80");
    EXPECT_EQ(formatted("{:#x}", std::numeric_limits<int64_t>::min()), "-0x8000000000000000");
    EXPECT_EQ(formatted("{:b}", std::numeric_limits<uint64_t>::max()), std::string(64, '1'));
}

TEST(Format, PadsNumbersOnTheLeftUnlessToldOtherwise)
{
    EXPECT_EQ(formatted("[{:5}]", 42), "[   42]");
    EXPECT_EQ(formatted("[{:<5}]", 42), "[42   ]");
    EXPECT_EQ(formatted("[{:>5}]", 42), "[   42]");
    EXPECT_EQ(formatted("[{:^5}]", 42), "[ 42  ]");
    EXPECT_EQ(formatted("[{:*^6}]", -42), "[*-42**]");
    EXPECT_EQ(formatted("[{:->4}]", 7), "[---7]");
    EXPECT_EQ(formatted("[{:<<4}]", 7), "[7<<<]");
    EXPECT_EQ(formatted("[{:1}]", 12345), "[12345]");
}

TEST(Format, PutsZerosBetweenThePrefixAndTheDigits)
{
    EXPECT_EQ(formatted("{:05}", 42), "00042");
    EXPECT_EQ(formatted("{:05}", -42), "-0042");
    EXPECT_EQ(formatted("{:08x}", 0xbeef), "0000beef");
    EXPECT_EQ(formatted("{:#010x}", 0xbeef), "0x0000beef");
    EXPECT_EQ(formatted("{:#010b}", 5), "0b00000101");
    EXPECT_EQ(formatted("{:02x}", 0x123), "123");
}

TEST(Format, PrintsTruthValuesAsWords)
{
    EXPECT_EQ(formatted("{} {}", true, false), "true false");
    EXPECT_EQ(formatted("[{:>6}] [{:6}]", true, false), "[  true] [false ]");
}

TEST(Format, PrintsCharactersAndStringsAsTheyAre)
{
    const char* const pointer = "from a pointer";
    char array[8] = {'a', 'r', 'r', 'a', 'y'};
    const std::string string = "owned";
    EXPECT_EQ(formatted("{}{}", 'x', '\n'), "x\n");
    EXPECT_EQ(formatted("{} {} {} {} {}", "literal", pointer, array, std::string_view{"view"}, string),
              "literal from a pointer array view owned");
    EXPECT_EQ(formatted("[{:6}] [{:>6}] [{:.^6}]", "abc", "abc", 'c'), "[abc   ] [   abc] [..c...]");
}

TEST(Format, PrintsANullStringAsAWord)
{
    const char* const none = nullptr;
    EXPECT_EQ(formatted("{} {:?} [{:>7}]", none, none, none), "(null) (null) [ (null)]");
}

TEST(Format, StopsAtTheEndOfACharacterArrayWithoutNul)
{
    const char full[3] = {'a', 'b', 'c'};
    EXPECT_EQ(formatted("{}", full), "abc");
}

TEST(Format, QuotesAndEscapesOnRequest)
{
    EXPECT_EQ(formatted("{:?} {:?}", 'a', "a"), R"('a' "a")");
    EXPECT_EQ(formatted("{:?} {:?}", '\'', '"'), R"('\'' '"')");
    EXPECT_EQ(formatted("{:?}", "it's \"so\""), R"("it's \"so\"")");
    EXPECT_EQ(formatted("{:?}", "\\ \t \r \n"), R"("\\ \t \r \n")");
    EXPECT_EQ(formatted("{:?} {:?} {:?}", '\0', '\x1b', '\x7f'), R"('\0' '\x1b' '\x7f')");
    EXPECT_EQ(formatted("{:?}", "\xff\x80"), R"("\xff\x80")");
    EXPECT_EQ(formatted("[{:7?}] [{:>8?}]", 'a', "\n"), R"(['a'    ] [    "\n"])");
}

TEST(Format, PrintsPointersAndAddressesInHex)
{
    const int* const pointer = reinterpret_cast<const int*>(uintptr_t{0x80201000});
    void* const nowhere = nullptr;
    EXPECT_EQ(formatted("{} {} {}", pointer, nowhere, nullptr), "0x80201000 0x0 0x0");
    EXPECT_EQ(formatted("{}", PhysAddr{0x80200000}), "0x80200000");
    EXPECT_EQ(formatted("{}", GuestPhysAddr{UINT64_MAX}), "0xffffffffffffffff");
}

TEST(Format, GivesAddressesTheWidthAndTheFormAskedFor)
{
    EXPECT_EQ(formatted("{:016x}", PhysAddr{0x80200000}), "0000000080200000");
    EXPECT_EQ(formatted("{:018}", PhysAddr{0x80200000}), "0x0000000080200000");
    EXPECT_EQ(formatted("{:#018x}", PhysAddr{0x80200000}), "0x0000000080200000");
    EXPECT_EQ(formatted("[{:12}] [{:<12}]", PhysAddr{0x1000}, PhysAddr{0x1000}), "[      0x1000] [0x1000      ]");
    EXPECT_EQ(formatted("{:X}", PhysAddr{0xabc}), "ABC");
}

TEST(Format, PrintsRangesWithoutTheirEnd)
{
    EXPECT_EQ(formatted("{}", PhysRange{PhysAddr{0x80000000}, 0x4000000}), "0x80000000..0x84000000");
    EXPECT_EQ(formatted("{}", PhysRange{}), "0x0..0x0");
    EXPECT_EQ(formatted("{:010}", GuestPhysRange{GuestPhysAddr{0x1000}, 1}), "0x00001000..0x00001001");
}

TEST(Format, PrintsTheEndOfTheAddressSpaceAsANumberAndNotAsZero)
{
    EXPECT_EQ(formatted("{}", PhysRange{PhysAddr{0xfffffffffffff000}, 0x1000}),
              "0xfffffffffffff000..0x10000000000000000");
}

TEST(Format, PrintsEnumeratorsByNameWhereTheyHaveOne)
{
    EXPECT_EQ(formatted("{} {:>6}", Colour::Red, Colour::Green), "red  green");
    EXPECT_EQ(formatted("{} {}", Unnamed::MinusTwo, Unnamed::Seven), "-2 7");
    EXPECT_EQ(formatted("{:#x} {}", std::byte{0x1f}, std::byte{9}), "0x1f 9");
}

TEST(Format, PrintsSequencesOfEveryKind)
{
    const std::array<int, 3> array{1, -2, 3};
    const int plain[] = {4, 5};
    StaticVector<uint8_t, 4> list;
    list.push_back(6);
    EXPECT_EQ(formatted("{} {} {} {}", array, std::span{array}.first(2), plain, list),
              "[1, -2, 3] [1, -2] [4, 5] [6]");
    EXPECT_EQ(formatted("{} {}", std::span<const char>{}, Vector<Point>{}), "[] []");
}

TEST(Format, QuotesCharactersAndStringsInSequences)
{
    const std::array<char, 3> characters{'a', '\'', '\n'};
    const std::array<std::string_view, 2> views{"x", "a\"b"};
    const std::array<const char*, 2> strings{"y", nullptr};
    EXPECT_EQ(formatted("{}", characters), R"(['a', '\'', '\n'])");
    EXPECT_EQ(formatted("{} {}", views, strings), R"(["x", "a\"b"] ["y", (null)])");
}

TEST(Format, DoesNotQuoteWordsInSequences)
{
    const std::array<bool, 2> truths{true, false};
    const std::array<Colour, 2> colours{Colour::Green, Colour::Red};
    EXPECT_EQ(formatted("{} {}", truths, colours), "[true, false] [green, red]");
}

TEST(Format, AppliesASpecificationToEachElement)
{
    const std::array<uint8_t, 3> bytes{0, 0x1f, 0xff};
    EXPECT_EQ(formatted("{:#04x}", bytes), "[0x00, 0x1f, 0xff]");
    EXPECT_EQ(formatted("{:4}", std::array<char, 2>{'a', 'b'}), "['a' , 'b' ]");
    EXPECT_EQ(formatted("{:?}", std::array<int, 2>{1, 2}), "[1, 2]");
    EXPECT_EQ(formatted("{}", std::array<PhysAddr, 2>{PhysAddr{1}, PhysAddr{16}}), "[0x1, 0x10]");
}

TEST(Format, PrintsSequencesOfSequences)
{
    const std::array<std::array<char, 2>, 2> rows{{{'a', 'b'}, {'c', 'd'}}};
    EXPECT_EQ(formatted("{}", rows), "[['a', 'b'], ['c', 'd']]");
}

TEST(Format, PrintsSizesExactlyInTheLargestUnitThatCan)
{
    const std::pair<uint64_t, const char*> cases[] = {
        {0, "0 bytes"},
        {1, "1 byte"},
        {12, "12 bytes"},
        {512, "512 bytes"},
        {1023, "1023 bytes"},
        {1024, "1 KiB"},
        {1025, "1025 bytes"},
        {1536, "1.5 KiB"},
        {1792, "1792 bytes"},
        {4096, "4 KiB"},
        {1280 * 1024, "1280 KiB"},
        {100 << 20, "100 MiB"},
        {3 << 19, "1.5 MiB"},
        {(100 << 20) + 512, "102400.5 KiB"},
        {(100 << 20) - 4096, "102396 KiB"},
        {uint64_t{1} << 40, "1 TiB"},
        {uint64_t{1} << 63, "8 EiB"},
        {UINT64_MAX, "18446744073709551615 bytes"},
    };
    for (const auto& [count, text] : cases) {
        EXPECT_EQ(formatted("{}", Bytes{count}), text);
    }
    EXPECT_EQ(formatted("[{:>9}] [{:9}]", Bytes{4096}, Bytes{1}), "[    4 KiB] [1 byte   ]");
}

TEST(Format, LetsATypeFormatItself)
{
    EXPECT_EQ(formatted("at {}!", Point{-1, 255}), "at (-1, 0xff)!");
    EXPECT_EQ(formatted("{}", std::array<Point, 2>{Point{1, 2}, Point{3, 4}}), "[(1, 0x2), (3, 0x4)]");
}

TEST(Format, EndsALineWithANewline)
{
    RecordingSink sink;
    println(sink, "v = {}", 1);
    println(sink, "");
    EXPECT_EQ(sink.text(), "v = 1\n\n");
}

TEST(Format, HandsAShortLineToTheSinkInOnePiece)
{
    RecordingSink sink;
    println(sink, "{} and {} and {}", 1, "two", 'c');
    EXPECT_EQ(sink.pieces_, std::vector<std::string>{"1 and two and c\n"});
}

TEST(Format, HandsALongLineToTheSinkInFewPieces)
{
    RecordingSink sink;
    const std::string text(1000, 'x');
    println(sink, "{}", text);
    EXPECT_EQ(sink.text(), text + "\n");
    EXPECT_LE(sink.pieces_.size(), 10U);
}

TEST(Format, WritesNothingForNothing)
{
    RecordingSink sink;
    print(sink, "{}", "");
    EXPECT_TRUE(sink.pieces_.empty());
}

TEST(Format, ShowsAFieldWithoutAnArgumentAsItStands)
{
    RecordingSink sink;
    vformat_to(sink, "a {} b {:x} c {", FormatArgStore<int>{1}.view());
    EXPECT_EQ(sink.text(), "a 1 b {:x} c {");
}

TEST(Format, ShowsAFaultyFieldAndStopsThere)
{
    for (const std::string_view faulty : {"{:q}", "{0}", "{:5", "}", "{:>", "{:{>4}", "{: }"}) {
        RecordingSink sink;
        vformat_to(sink, faulty, FormatArgStore<int>{1}.view());
        EXPECT_EQ(sink.text(), faulty);
    }
}

}  // namespace
}  // namespace hv

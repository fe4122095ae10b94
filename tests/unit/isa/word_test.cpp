// Named fields of a hardware word.
#include <hv/isa/word.hpp>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

enum class Colour : uint8_t { red = 0, blue = 5 };

struct Example : Word<Example> {
    using Word::Word;
    static constexpr Flag<0> low{};
    static constexpr Flag<63> high{};
    static constexpr Field<4, 3, Colour> colour{};
    static constexpr Field<8, 20> number{};
    static constexpr Field<0, 64> all{};
};

struct Other : Word<Other> {
    using Word::Word;
    static constexpr Flag<0> low{};
};

TEST(Word, IsZeroUntilToldOtherwise)
{
    EXPECT_EQ(Example{}.bits(), 0U);
}

TEST(Word, ReadsAFieldOutOfItsBits)
{
    const Example word{0x8000'0000'0abc'de51};
    EXPECT_TRUE(word.get(Example::low));
    EXPECT_TRUE(word.get(Example::high));
    EXPECT_EQ(word.get(Example::colour), Colour::blue);
    EXPECT_EQ(word.get(Example::number), 0xabcdeU);
    EXPECT_EQ(word.get(Example::all), word.bits());
}

TEST(Word, ReplacesAFieldAndNoOtherBit)
{
    const Example zeros;
    const Example ones{UINT64_MAX};
    EXPECT_EQ(zeros.with(Example::colour, Colour::blue).bits(), 0x50U);
    EXPECT_EQ(ones.with(Example::colour, Colour::blue).bits(), 0xffff'ffff'ffff'ffdfU);
    EXPECT_EQ(ones.with(Example::high, false).bits(), 0x7fff'ffff'ffff'ffffU);
    EXPECT_EQ(ones.with(Example::number, 0).bits(), 0xffff'ffff'f000'00ffU);
}

TEST(Word, CutsOffWhatDoesNotFitIntoAField)
{
    EXPECT_EQ(Example{}.with(Example::number, UINT64_MAX).bits(), 0xfff'ff00U);
}

TEST(Word, ComparesAllBits)
{
    EXPECT_EQ(Example{5}, Example{}.with(Example::all, 5));
    EXPECT_NE(Example{5}, Example{4});
}

template <typename Word, typename Field>
concept HasField = requires(Word word, Field field)
{
    word.get(field);
};

TEST(Word, DoesNotCompileWithAFieldOfAnotherWord)
{
    EXPECT_TRUE((HasField<Other, decltype(Other::low)>));
    EXPECT_FALSE((HasField<Other, decltype(Example::low)>));
}

}  // namespace
}  // namespace hv::isa

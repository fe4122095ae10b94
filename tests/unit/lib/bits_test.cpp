// Alignment, overflow, fields and byte order, at the ends of what 64 bits hold.
#include <hv/lib/bits.hpp>

#include <array>

#include <gtest/gtest.h>

namespace hv {
namespace {

TEST(Bits, KnowsPowersOfTwo)
{
    for (unsigned i = 0; i < 64; ++i) {
        EXPECT_TRUE(is_power_of_two(uint64_t{1} << i));
    }
    for (const uint64_t other : {uint64_t{0}, uint64_t{3}, uint64_t{6}, UINT64_MAX}) {
        EXPECT_FALSE(is_power_of_two(other));
    }
}

TEST(Bits, AlignsUpAndDown)
{
    EXPECT_EQ(align_down(0x1fff, 0x1000), 0x1000U);
    EXPECT_EQ(align_up(0x1001, 0x1000), 0x2000U);
    EXPECT_EQ(align_up(0x1000, 0x1000), 0x1000U);
    EXPECT_EQ(align_up(7, 1), 7U);
    EXPECT_TRUE(is_aligned(0x3000, 0x1000));
    EXPECT_FALSE(is_aligned(0x3001, 2));
}

TEST(Bits, ChecksThatAnAlignedValueExists)
{
    EXPECT_EQ(checked_align_up(0x1001, 0x1000), 0x2000U);
    EXPECT_EQ(checked_align_up(0, 0x1000), 0U);
    EXPECT_EQ(checked_align_up(UINT64_MAX - 1, 2), UINT64_MAX - 1);
    EXPECT_EQ(checked_align_up(UINT64_MAX, 2), std::nullopt);
    EXPECT_EQ(checked_align_up(1, uint64_t{1} << 63), uint64_t{1} << 63);
    EXPECT_EQ(checked_align_up((uint64_t{1} << 63) + 1, uint64_t{1} << 63), std::nullopt);
    EXPECT_EQ(checked_align_down(0x1fff, 0x1000), 0x1000U);
}

TEST(Bits, RejectsAnAlignmentThatIsNoPowerOfTwo)
{
    for (const uint64_t align : {uint64_t{0}, uint64_t{3}, uint64_t{24}, UINT64_MAX}) {
        EXPECT_EQ(checked_align_up(5, align), std::nullopt);
        EXPECT_EQ(checked_align_down(5, align), std::nullopt);
    }
}

TEST(Bits, AddsAndMultipliesUnlessTheResultDoesNotFit)
{
    EXPECT_EQ(checked_add(UINT64_MAX - 1, 1), UINT64_MAX);
    EXPECT_EQ(checked_add(UINT64_MAX, 1), std::nullopt);
    EXPECT_EQ(checked_mul(uint64_t{1} << 32, 0xffffffff), 0xffffffff00000000U);
    EXPECT_EQ(checked_mul(uint64_t{1} << 32, uint64_t{1} << 32), std::nullopt);
    EXPECT_EQ(checked_mul(0, UINT64_MAX), 0U);
}

TEST(Bits, CutsFieldsOutOfWords)
{
    EXPECT_EQ(bits(0x123456789abcdef0, 15, 8), 0xdeU);
    EXPECT_EQ(bits(0x123456789abcdef0, 63, 0), 0x123456789abcdef0U);
    EXPECT_EQ(bits(uint64_t{1} << 63, 63, 63), 1U);
    EXPECT_TRUE(bit(uint64_t{1} << 63, 63));
    EXPECT_FALSE(bit(~(uint64_t{1} << 5), 5));
    EXPECT_EQ(low_mask(0), 0U);
    EXPECT_EQ(low_mask(12), 0xfffU);
    EXPECT_EQ(low_mask(64), UINT64_MAX);
}

TEST(Bits, ExtendsTheSignOfANarrowNumber)
{
    EXPECT_EQ(sign_extend(0x7ff, 12), 0x7ff);
    EXPECT_EQ(sign_extend(0x800, 12), -0x800);
    EXPECT_EQ(sign_extend(0xabcfff, 12), -1);
    EXPECT_EQ(sign_extend(1, 1), -1);
    EXPECT_EQ(sign_extend(UINT64_MAX, 64), -1);
    EXPECT_EQ(sign_extend(uint64_t{1} << 63, 64), INT64_MIN);
}

TEST(BitField, ReadsBackWhatItSetAndLeavesTheRest)
{
    using Field = BitField<15, 8>;
    EXPECT_EQ(Field::mask, 0xff00U);
    EXPECT_EQ(Field::get(0x12345678), 0x56U);
    EXPECT_EQ(Field::set(UINT64_MAX, 0x12), 0xffffffffffff12ffU);
    EXPECT_EQ(Field::set(0, 0x1ff), 0xff00U);
    EXPECT_EQ(BitField<63>::set(0, 1), uint64_t{1} << 63);
    using Whole = BitField<63, 0>;
    EXPECT_EQ(Whole::set(5, UINT64_MAX), UINT64_MAX);
}

TEST(Bits, LoadsBigEndianNumbersFromAnyAddress)
{
    std::array<std::byte, 9> bytes{};
    for (size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::byte>(0xf0 + i);
    }
    for (size_t offset = 0; offset < 2; ++offset) {
        EXPECT_EQ(load_be16(&bytes[offset]), 0xf0f1 + 0x101 * offset);
        EXPECT_EQ(load_be32(&bytes[offset]), 0xf0f1f2f3 + 0x1010101 * offset);
        EXPECT_EQ(load_be64(&bytes[offset]), 0xf0f1f2f3f4f5f6f7 + 0x101010101010101 * offset);
    }
}

TEST(Bits, StoresWhatItLoads)
{
    std::array<std::byte, 10> bytes{};
    store_be64(&bytes[1], 0x0123456789abcdef);
    EXPECT_EQ(bytes[1], std::byte{0x01});
    EXPECT_EQ(bytes[8], std::byte{0xef});
    EXPECT_EQ(bytes[0], std::byte{0});
    EXPECT_EQ(bytes[9], std::byte{0});
    EXPECT_EQ(load_be64(&bytes[1]), 0x0123456789abcdefU);
    store_be32(&bytes[3], 0xd00dfeed);
    EXPECT_EQ(load_be64(&bytes[1]), 0x0123d00dfeedcdefU);
    store_be16(&bytes[1], 0xfffe);
    EXPECT_EQ(load_be16(&bytes[1]), 0xfffeU);
}

}  // namespace
}  // namespace hv

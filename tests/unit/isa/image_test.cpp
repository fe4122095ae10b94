// The Linux image header, against bytes written down by hand.
#include <hv/isa/image.hpp>

#include <array>
#include <cstring>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

TEST(ImageHeader, LiesOverTheBytesOfAnImage)
{
    std::array<unsigned char, 64> bytes{};
    bytes[0] = 0x6f;
    bytes[10] = 0x20;
    bytes[19] = 0x06;
    bytes[32] = 0x02;
    std::memcpy(&bytes[48], "RISCV\0\0\0RSC\x05", 12);
    ImageHeader header{};
    std::memcpy(&header, bytes.data(), sizeof(header));
    EXPECT_EQ(header.code0, 0x6fU);
    EXPECT_EQ(header.text_offset, 0x20'0000U);
    EXPECT_EQ(header.image_size, 0x600'0000U);
    EXPECT_EQ(header.version, ImageHeader::version_0_2);
    EXPECT_EQ(header.magic, ImageHeader::magic_value);
    EXPECT_TRUE(header.is_valid());
}

TEST(ImageHeader, IsNotValidWithoutItsSecondMagicNumber)
{
    ImageHeader header{};
    header.magic = ImageHeader::magic_value;
    EXPECT_FALSE(header.is_valid());
}

}  // namespace
}  // namespace hv::isa

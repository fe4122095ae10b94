// Addresses and ranges at both ends of the address space; that two spaces do not mix, tests/compile_fail shows.
#include <hv/lib/address.hpp>

#include <gtest/gtest.h>

namespace hv {
namespace {

constexpr uint64_t top_page = 0xfffffffffffff000;

constexpr PhysRange range(uint64_t start, uint64_t size)
{
    return {PhysAddr{start}, size};
}

TEST(Address, CountsInBytes)
{
    PhysAddr address{0x1000};
    EXPECT_EQ((address + 8).value(), 0x1008U);
    EXPECT_EQ((address - 8).value(), 0xff8U);
    EXPECT_EQ(PhysAddr{0x3000} - address, 0x2000U);
    address += 4;
    EXPECT_EQ(address, PhysAddr{0x1004});
    EXPECT_LT(PhysAddr{1}, PhysAddr{2});
}

TEST(Address, WrapsAtTheTopAsHardwareDoes)
{
    EXPECT_EQ((PhysAddr{UINT64_MAX} + 1).value(), 0U);
    EXPECT_EQ(PhysAddr{1} - PhysAddr{UINT64_MAX}, 2U);
    EXPECT_EQ(PhysAddr{top_page + 1}.align_up(0x1000).value(), 0U);
}

TEST(Address, AlignsToPowersOfTwo)
{
    EXPECT_TRUE(PhysAddr{0x2000}.is_aligned(0x1000));
    EXPECT_FALSE(PhysAddr{0x2008}.is_aligned(0x1000));
    EXPECT_TRUE(PhysAddr{3}.is_aligned(1));
    EXPECT_EQ(PhysAddr{0x2fff}.align_down(0x1000), PhysAddr{0x2000});
    EXPECT_EQ(PhysAddr{0x2001}.align_up(0x1000), PhysAddr{0x3000});
    EXPECT_EQ(PhysAddr{0x2000}.align_up(0x1000), PhysAddr{0x2000});
}

TEST(AddressRange, ContainsItsStartAndNotItsEnd)
{
    const PhysRange r = range(0x1000, 0x1000);
    EXPECT_TRUE(r.contains(PhysAddr{0x1000}));
    EXPECT_TRUE(r.contains(PhysAddr{0x1fff}));
    EXPECT_FALSE(r.contains(PhysAddr{0x2000}));
    EXPECT_FALSE(r.contains(PhysAddr{0xfff}));
    EXPECT_EQ(r, PhysRange::between(PhysAddr{0x1000}, PhysAddr{0x2000}));
    EXPECT_EQ(r.end(), PhysAddr{0x2000});
}

TEST(AddressRange, ContainsNothingWhenEmpty)
{
    EXPECT_TRUE(range(0x1000, 0).empty());
    EXPECT_FALSE(range(0x1000, 0).contains(PhysAddr{0x1000}));
    EXPECT_FALSE(range(0x1000, 0).contains(range(0x1000, 1)));
}

TEST(AddressRange, ContainsRangesThatLieWhollyInside)
{
    const PhysRange r = range(0x1000, 0x1000);
    EXPECT_TRUE(r.contains(r));
    EXPECT_TRUE(r.contains(range(0x1800, 0x800)));
    EXPECT_FALSE(r.contains(range(0x1800, 0x801)));
    EXPECT_FALSE(r.contains(range(0xfff, 2)));
    EXPECT_FALSE(r.contains(range(0x1fff, UINT64_MAX)));
    EXPECT_TRUE(r.contains(range(0x9000, 0)));
}

TEST(AddressRange, OverlapsWhatSharesAByte)
{
    const PhysRange r = range(0x1000, 0x1000);
    EXPECT_TRUE(r.overlaps(range(0x1fff, 1)));
    EXPECT_TRUE(r.overlaps(range(0, 0x1001)));
    EXPECT_TRUE(r.overlaps(range(0, 0x9000)));
    EXPECT_FALSE(r.overlaps(range(0x2000, 1)));
    EXPECT_FALSE(r.overlaps(range(0, 0x1000)));
    EXPECT_FALSE(r.overlaps(range(0x1800, 0)));
    EXPECT_FALSE(range(0x1800, 0).overlaps(r));
}

TEST(AddressRange, MayEndAtTheVeryTop)
{
    const PhysRange top = range(top_page, 0x1000);
    EXPECT_TRUE(top.fits());
    EXPECT_TRUE(top.contains(PhysAddr{UINT64_MAX}));
    EXPECT_FALSE(top.contains(PhysAddr{0}));
    EXPECT_TRUE(top.overlaps(range(UINT64_MAX, 1)));
    EXPECT_FALSE(top.overlaps(range(0, 0x1000)));
    EXPECT_TRUE(range(UINT64_MAX, 0).fits());
}

TEST(AddressRange, DoesNotFitBeyondTheTop)
{
    EXPECT_FALSE(range(top_page, 0x1001).fits());
    EXPECT_FALSE(range(2, UINT64_MAX).fits());
    EXPECT_TRUE(range(1, UINT64_MAX).fits());
}

}  // namespace
}  // namespace hv

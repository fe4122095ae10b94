// Page-table entries and the shapes of tables.
#include <hv/isa/pte.hpp>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

TEST(Pte, IsALeafWhereItSaysReadOrExecuteAndATableWhereItSaysNeither)
{
    EXPECT_TRUE(Pte{0b0011}.is_leaf());
    EXPECT_TRUE(Pte{0b1001}.is_leaf());
    EXPECT_TRUE(Pte{0b0001}.is_table());
    EXPECT_FALSE(Pte{0b0001}.is_leaf());
    EXPECT_FALSE(Pte{0b0011}.is_table());
}

TEST(Pte, IsNeitherWhereItIsInvalidOrReserved)
{
    EXPECT_FALSE(Pte{0b1110}.is_leaf());
    EXPECT_FALSE(Pte{0b1110}.is_table());
    // Writable and not readable is reserved.
    EXPECT_FALSE(Pte{0b0101}.is_leaf());
    EXPECT_FALSE(Pte{0b0101}.is_table());
}

TEST(Pte, HoldsAnAddressOfUpTo56Bits)
{
    const PhysAddr last{(1ULL << 56) - 4096};
    EXPECT_EQ(Pte::table(last).address(), last);
    EXPECT_EQ(Pte::table(last).get(Pte::pbmt), 0U);
}

TEST(PagingFormat, IndexesAGuestsRootByTwoMoreBits)
{
    EXPECT_EQ(Sv39x4::entry_offset(GuestPhysAddr{(1ULL << 41) - 1}, 2), 2047U * 8);
    EXPECT_EQ(Sv39::entry_offset(VirtAddr{UINT64_MAX}, 2), 511U * 8);
    EXPECT_EQ(Sv39x4::entry_offset(GuestPhysAddr{(1ULL << 41) - 1}, 1), 511U * 8);
}

TEST(PagingFormat, KnowsTheSizesOfPagesAndTables)
{
    EXPECT_EQ(Sv39::page_bytes(0), 4096U);
    EXPECT_EQ(Sv39::page_bytes(1), 2U << 20);
    EXPECT_EQ(Sv57::page_bytes(3), 1ULL << 39);
    EXPECT_EQ(Sv48x4::table_bytes(3), 16384U);
    EXPECT_EQ(Sv48x4::table_bytes(0), 4096U);
}

TEST(PagingFormat, KnowsWhichAddressesItTranslates)
{
    EXPECT_TRUE(Sv48::is_canonical(VirtAddr{(1ULL << 47) - 1}));
    EXPECT_FALSE(Sv48::is_canonical(VirtAddr{1ULL << 47}));
    EXPECT_TRUE(Sv48::is_canonical(VirtAddr{0 - (1ULL << 47)}));
    EXPECT_FALSE(Sv57x4::is_canonical(GuestPhysAddr{1ULL << 59}));
    EXPECT_FALSE(Sv57x4::is_canonical(GuestPhysAddr{UINT64_MAX}));
}

}  // namespace
}  // namespace hv::isa

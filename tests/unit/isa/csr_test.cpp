// CSR numbers and names; tests/lint/test_csr_numbers.py holds the numbers against the assembler's.
#include <hv/isa/csr.hpp>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

TEST(Csr, IsNamedAsTheSpecificationSpellsIt)
{
    EXPECT_EQ(name_of(Csr::hgatp), "hgatp");
    EXPECT_EQ(name_of(Csr::vstimecmp), "vstimecmp");
    EXPECT_EQ(name_of(Csr::hpmcounter31), "hpmcounter31");
}

TEST(Csr, HasAnEmptyNameWhereTheNumberIsNotListed)
{
    EXPECT_EQ(name_of(static_cast<Csr>(0x7ff)), "");
}

TEST(Csr, TellsThePrivilegeItNeedsFromItsNumber)
{
    EXPECT_EQ(privilege_of(Csr::cycle), CsrPrivilege::user);
    EXPECT_EQ(privilege_of(Csr::stimecmp), CsrPrivilege::supervisor);
    EXPECT_EQ(privilege_of(Csr::hstatus), CsrPrivilege::hypervisor);
    EXPECT_EQ(privilege_of(Csr::vsatp), CsrPrivilege::hypervisor);
    EXPECT_EQ(privilege_of(Csr::mstatus), CsrPrivilege::machine);
}

TEST(Csr, TellsFromItsNumberWhetherItCanBeWritten)
{
    EXPECT_TRUE(is_read_only(Csr::time));
    EXPECT_TRUE(is_read_only(Csr::hgeip));
    EXPECT_FALSE(is_read_only(Csr::mcycle));
}

}  // namespace
}  // namespace hv::isa

// CSR numbers and names; tests/lint/test_csr_numbers.py holds the numbers against the assembler's.
#include <hv/isa/csr.hpp>

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

TEST(Csr, IsNamedAsTheSpecificationSpellsIt)
{
    EXPECT_EQ(name_of(Csr::hgatp), "hgatp");
    EXPECT_EQ(name_of(Csr::vstimecmp), "vstimecmp");
    EXPECT_EQ(name_of(Csr::hpmcounter31), "hpmcounter31");
    // The lowest number and the highest.
    EXPECT_EQ(name_of(Csr::fflags), "fflags");
    EXPECT_EQ(name_of(Csr::mconfigptr), "mconfigptr");
}

TEST(Csr, HasANameOfItsOwn)
{
    std::set<std::string_view> names;
    size_t named = 0;
    for (unsigned number = 0; number < 0x1000; ++number) {
        const std::string_view name = name_of(static_cast<Csr>(number));
        named += name.empty() ? 0U : 1U;
        names.insert(name);
    }
    EXPECT_GT(named, 140U);
    EXPECT_EQ(names.size(), named + 1);  // and the empty one
}

TEST(Csr, HasAnEmptyNameWhereTheNumberIsNotListed)
{
    EXPECT_EQ(name_of(static_cast<Csr>(0x7ff)), "");
    EXPECT_EQ(name_of(static_cast<Csr>(0)), "");
    EXPECT_EQ(name_of(static_cast<Csr>(0xffff)), "");
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

// Register fields at the bits that the specification's figures give them.
#include <hv/isa/registers.hpp>

#include <gtest/gtest.h>

namespace hv::isa {
namespace {

TEST(Sstatus, ReadsWhatTheFirmwareLeaves)
{
    const Sstatus left{0x8000'0002'0000'6000};
    EXPECT_EQ(left.get(Sstatus::fs), ContextStatus::dirty);
    EXPECT_EQ(left.get(Sstatus::vs), ContextStatus::off);
    EXPECT_EQ(left.get(Sstatus::uxl), 2U);
    EXPECT_TRUE(left.get(Sstatus::sd));
    EXPECT_FALSE(left.get(Sstatus::sie));
}

TEST(Satp, HoldsModeAddressSpaceAndRoot)
{
    const Satp satp = Satp{}.with(Satp::mode, PagingMode::sv39).with(Satp::asid, 1).with(Satp::ppn, 0x87654);
    EXPECT_EQ(satp.bits(), 0x8000'1000'0008'7654U);
}

TEST(Hgatp, HoldsModeVmidAndRoot)
{
    const Hgatp hgatp = Hgatp{}.with(Hgatp::mode, PagingMode::sv57).with(Hgatp::vmid, 0x3fff).with(Hgatp::ppn, 4);
    EXPECT_EQ(hgatp.bits(), 0xa3ff'f000'0000'0004U);
}

TEST(Hstatus, SaysThatATrapCameFromAGuest)
{
    const Hstatus trapped{0x2'0000'0180};
    EXPECT_TRUE(trapped.get(Hstatus::spv));
    EXPECT_TRUE(trapped.get(Hstatus::spvp));
    EXPECT_FALSE(trapped.get(Hstatus::gva));
    EXPECT_EQ(trapped.get(Hstatus::vsxl), 2U);
}

TEST(Interrupts, OfVirtualSupervisorsAreWhatHidelegCanHold)
{
    const auto all = Interrupts{}
                         .with(Interrupts::virtual_supervisor_software, true)
                         .with(Interrupts::virtual_supervisor_timer, true)
                         .with(Interrupts::virtual_supervisor_external, true);
    EXPECT_EQ(all.bits(), 0x444U);
}

}  // namespace
}  // namespace hv::isa

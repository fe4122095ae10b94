// Which interrupt controller a host's tree names, which of its contexts is each hart's, the console's number, and
// which registers interrupt a hart.
#include <hv/fdt/host_interrupts.hpp>

#include <gtest/gtest.h>

#include "described_host.hpp"

namespace hv::fdt {
namespace {

using test::cpus;
using test::DescribedHost;

/// A hart's own interrupt controller.
std::string intc(int phandle)
{
    return "interrupt-controller { compatible = \"riscv,cpu-intc\"; phandle = <" + std::to_string(phandle) +
           ">; };";
}

/// Of the usual size; phandle 9.
std::string plic(const std::string& rest, const std::string& size = "0x600000")
{
    return "plic@c000000 { compatible = \"sifive,plic-1.0.0\", \"riscv,plic0\"; phandle = <9>; reg = <0 0xc000000 "
           "0 " +
           size + ">; " + rest + " };";
}

/// An ACLINT's device for software interrupts of S-mode, of the usual size.
std::string sswi(const std::string& rest, const std::string& address = "2f00000",
                 const std::string& size = "0x4000")
{
    return "sswi@" + address + " { compatible = \"riscv,aclint-sswi\"; reg = <0 0x" + address + " 0 " + size +
           ">; " + rest + " };";
}

/// Where each hart of a machine is interrupted by a store; 0: nowhere.
std::vector<uint64_t> setssips(const std::vector<std::string>& harts, const std::string& nodes)
{
    const DescribedHost host{cpus(harts) + nodes};
    EXPECT_TRUE(host.is_usable) << nodes;
    std::vector<uint64_t> addresses;
    for (const Hart& hart : host.machine.harts) {
        addresses.push_back(hart.sswi.value_or(PhysAddr{0}).value());
    }
    return addresses;
}

/// What the dumped trees of QEMU 7.2 and 10 with -M virt,aclint=on have around the harts' controllers.
std::string soc_of_qemu(const std::string& msip, const std::string& ssip, const std::string& mtip)
{
    return "soc { #address-cells = <2>; #size-cells = <2>; compatible = \"simple-bus\"; ranges;"
           "sswi@2f00000 { #interrupt-cells = <0>; interrupt-controller; interrupts-extended = <" +
           ssip +
           ">; reg = <0 0x2f00000 0 0x4000>; compatible = \"riscv,aclint-sswi\"; };"
           "mtimer@2004000 { interrupts-extended = <" +
           mtip +
           ">; reg = <0 0x200bff8 0 0x4008 0 0x2004000 0 0x7ff8>; compatible = \"riscv,aclint-mtimer\"; };"
           "mswi@2000000 { #interrupt-cells = <0>; interrupt-controller; interrupts-extended = <" +
           msip + ">; reg = <0 0x2000000 0 0x4000>; compatible = \"riscv,aclint-mswi\"; }; };";
}

/// What the serial port says of its interrupt, at a machine with a PLIC of 96 sources.
std::optional<uint32_t> console_interrupt(const std::string& said, const std::string& root = "")
{
    const DescribedHost host{root + "chosen { stdout-path = \"/soc/serial@1\"; };" + cpus({intc(1)}) +
                             "soc { #address-cells = <2>; #size-cells = <2>; ranges; serial@1 { reg = <0 1 0 8>; " +
                             said + " }; };" + plic("riscv,ndev = <96>; interrupts-extended = <1 11 1 9>;")};
    EXPECT_TRUE(host.is_usable);
    EXPECT_TRUE(host.machine.console && host.machine.plic);
    return host.machine.console ? host.machine.console->interrupt : std::nullopt;
}

TEST(HostInterrupts, OfQemuAreAPlicAndTheUartAtTen)
{
    const DescribedHost host{test::tree_file("qemu_virt")};
    const HostMachine& machine = host.machine;
    ASSERT_TRUE(machine.plic);
    EXPECT_EQ(machine.plic->registers, (PhysRange{PhysAddr{0x0c00'0000}, 0x60'0000}));
    EXPECT_EQ(machine.plic->sources, 96U);
    ASSERT_EQ(machine.harts.size(), 1U);
    EXPECT_EQ(machine.harts[0].plic_context, 1U);
    ASSERT_TRUE(machine.console);
    EXPECT_EQ(machine.console->interrupt, 10U);
}

TEST(HostInterrupts, OfEachHartGoToTheContextOfItsSupervisorMode)
{
    // Hart 0 has only an M-mode, as on the first boards; the others' contexts are in an order of their own.
    const DescribedHost host{cpus({intc(1), intc(2), intc(3), ""}) +
                             plic("riscv,ndev = <53>; interrupts-extended = <1 11 3 11 3 9 2 (-1) 2 9>;")};
    EXPECT_TRUE(host.is_usable);
    EXPECT_EQ(host.machine.harts[0].plic_context, std::nullopt);
    EXPECT_EQ(host.machine.harts[1].plic_context, 4U);
    EXPECT_EQ(host.machine.harts[2].plic_context, 2U);
    EXPECT_EQ(host.machine.harts[3].plic_context, std::nullopt);
    EXPECT_EQ(host.machine.plic->sources, 53U);
}

TEST(HostInterrupts, AreFoundWhereThePlicComesBeforeTheHarts)
{
    const DescribedHost host{plic("riscv,ndev = <8>; interrupts-extended = <1 11 1 9>;") + cpus({intc(1)})};
    EXPECT_EQ(host.machine.harts[0].plic_context, 1U);
}

TEST(HostInterrupts, OfAPlicThatIsOddAreAsIfThereWereNone)
{
    const std::string wired = "interrupts-extended = <1 11 1 9>;";
    for (const std::string& odd :
         {std::string{}, plic(wired), plic("riscv,ndev = <0>;" + wired), plic("riscv,ndev = <1024>;" + wired),
          plic("riscv,ndev = <0 5>;" + wired), plic("riscv,ndev = <5>;"),
          plic("riscv,ndev = <5>; interrupts-extended = <1 11 1>;"), plic("riscv,ndev = <5>; interrupts-extended;"),
          plic("riscv,ndev = <5>; status = \"disabled\";" + wired),
          "plic { compatible = \"riscv,plic0\"; riscv,ndev = <5>;" + wired + "};",
          "plic { compatible = \"riscv,plic1\"; reg = <0 1 0 0x600000>; riscv,ndev = <5>;" + wired + "};"}) {
        const DescribedHost host{cpus({intc(1)}) + odd};
        EXPECT_TRUE(host.is_usable) << odd;
        EXPECT_FALSE(host.machine.plic) << odd;
        EXPECT_FALSE(host.machine.harts[0].plic_context) << odd;
    }
}

TEST(HostInterrupts, OfAContextWhoseRegistersAreNotThereAreNone)
{
    const std::string wired = "riscv,ndev = <31>; interrupts-extended = <1 9 2 9>;";
    const DescribedHost just{cpus({intc(1), intc(2)}) + plic(wired, "0x201008")};
    EXPECT_EQ(just.machine.harts[0].plic_context, 0U);
    EXPECT_EQ(just.machine.harts[1].plic_context, 1U);
    const DescribedHost less{cpus({intc(1), intc(2)}) + plic(wired, "0x201007")};
    EXPECT_EQ(less.machine.harts[0].plic_context, 0U);
    EXPECT_EQ(less.machine.harts[1].plic_context, std::nullopt);
}

TEST(HostInterrupts, AreTakenFromTheFirstUsablePlic)
{
    const DescribedHost host{cpus({intc(1)}) +
                             "plic@1 { compatible = \"riscv,plic0\"; reg = <0 1 0 0x400000>; riscv,ndev = <0>; };"
                             "plic@2 { compatible = \"riscv,plic0\"; reg = <0 2 0 0x400000>; riscv,ndev = <2>;"
                             " interrupts-extended = <1 9>; };"
                             "plic@3 { compatible = \"riscv,plic0\"; reg = <0 3 0 0x400000>; riscv,ndev = <3>;"
                             " interrupts-extended = <1 11 1 9>; };"};
    ASSERT_TRUE(host.machine.plic);
    EXPECT_EQ(host.machine.plic->sources, 2U);
    EXPECT_EQ(host.machine.harts[0].plic_context, 0U);
}

TEST(HostInterrupts, OfAHartWithoutAControllerOfItsOwnAreNone)
{
    for (const char* odd :
         {"interrupt-controller { phandle = <1>; };", "interrupt-controller { compatible = \"riscv,cpu-intc\"; };",
          "a { interrupt-controller { compatible = \"riscv,cpu-intc\"; phandle = <1>; }; };"}) {
        const DescribedHost host{cpus({odd}) + plic("riscv,ndev = <8>; interrupts-extended = <1 9 0 9>;")};
        EXPECT_FALSE(host.machine.harts[0].plic_context) << odd;
    }
}

TEST(HostInterrupts, OfHartsBeyondTheRoomForThemAreNobodyElses)
{
    std::vector<std::string> harts;
    std::string wired;
    for (int i = 1; i <= 70; ++i) {
        harts.push_back(intc(100 + i));
        wired += std::to_string(100 + i) + " 9 ";
    }
    const DescribedHost host{cpus(harts) + plic("riscv,ndev = <8>; interrupts-extended = <" + wired + ">;")};
    ASSERT_EQ(host.machine.harts.size(), 64U);
    for (uint32_t i = 0; i != 64; ++i) {
        EXPECT_EQ(host.machine.harts[i].plic_context, i);
    }
}

TEST(HostInterrupts, OfTheConsoleAreThoseThatAreWiredToThePlic)
{
    EXPECT_EQ(console_interrupt("interrupts = <10>; interrupt-parent = <9>;"), 10U);
    EXPECT_EQ(console_interrupt("interrupts = <96>; interrupt-parent = <9>;"), 96U);
    EXPECT_EQ(console_interrupt("interrupts = <10>;", "interrupt-parent = <9>;"), 10U) << "its ancestor's";
    EXPECT_EQ(console_interrupt("interrupts = <10>; interrupt-parent = <8>;", "interrupt-parent = <9>;"),
              std::nullopt);
    EXPECT_EQ(console_interrupt("interrupts-extended = <9 7>; interrupts = <10>;", "interrupt-parent = <9>;"), 7U);
    EXPECT_EQ(console_interrupt("interrupts-extended = <8 7>; interrupts = <10>;", "interrupt-parent = <9>;"),
              std::nullopt);
}

TEST(HostInterrupts, OfTheConsoleAreNoneWhereWhatIsSaidIsOdd)
{
    EXPECT_EQ(console_interrupt(""), std::nullopt);
    EXPECT_EQ(console_interrupt("interrupts = <10>;"), std::nullopt);
    EXPECT_EQ(console_interrupt("interrupt-parent = <9>;"), std::nullopt);
    EXPECT_EQ(console_interrupt("interrupts = <0>; interrupt-parent = <9>;"), std::nullopt);
    EXPECT_EQ(console_interrupt("interrupts = <97>; interrupt-parent = <9>;"), std::nullopt);
    EXPECT_EQ(console_interrupt("interrupts = [0a]; interrupt-parent = <9>;"), std::nullopt);
    EXPECT_EQ(console_interrupt("interrupts-extended = <9>;"), std::nullopt);
}

TEST(HostInterrupts, OfTheConsoleAreNoneWhereThePlicCannotBeNamed)
{
    const DescribedHost host{"chosen { stdout-path = \"/serial@1\"; };" + cpus({intc(1)}) +
                             "serial@1 { reg = <0 1 0 8>; interrupts = <10>; };"
                             "plic@c000000 { compatible = \"riscv,plic0\"; reg = <0 0xc000000 0 0x600000>; "
                             "riscv,ndev = <96>; interrupts-extended = <1 9>; };"};
    ASSERT_TRUE(host.machine.plic && host.machine.console);
    EXPECT_FALSE(host.machine.console->interrupt);
}

TEST(SoftwareInterrupts, OfQemuWithAnAclintAreWordsInTheOrderOfItsPairs)
{
    const std::vector<uint64_t> one{0x2f0'0000};
    EXPECT_EQ(setssips({intc(2)}, soc_of_qemu("2 3", "2 1", "2 7")), one);
    const std::vector<uint64_t> four{0x2f0'0000, 0x2f0'0004, 0x2f0'0008, 0x2f0'000c};
    EXPECT_EQ(setssips({intc(8), intc(6), intc(4), intc(2)},
                       soc_of_qemu("8 3 6 3 4 3 2 3", "8 1 6 1 4 1 2 1", "8 7 6 7 4 7 2 7")),
              four);
}

TEST(SoftwareInterrupts, OfAMachineWithoutAnAclintAreNone)
{
    const DescribedHost host{test::tree_file("qemu_virt")};
    ASSERT_EQ(host.machine.harts.size(), 1U);
    EXPECT_EQ(host.machine.harts[0].sswi, std::nullopt);
}

TEST(SoftwareInterrupts, GoByThePlaceOfAPairAndNotByTheNumberOfAHart)
{
    // Some pairs are nobody's, M-mode's, or of a phandle that cannot be; the last hart has none.
    const std::vector<uint64_t> expected{0x2f0'0018, 0x2f0'0008, 0x2f0'0014, 0};
    EXPECT_EQ(
        setssips({intc(1), intc(2), intc(3), ""}, sswi("interrupts-extended = <77 1 1 3 2 1 0 1 (-1) 1 3 1 1 1>;")),
        expected);
}

TEST(SoftwareInterrupts, OfSeveralDevicesEachGoToTheHartsThatAreWiredToIt)
{
    // As QEMU has it with two sockets.
    const std::vector<uint64_t> expected{0x2f0'0000, 0x2f0'0004, 0x2f0'4000, 0x2f0'4004};
    EXPECT_EQ(
        setssips({intc(8), intc(6), intc(4), intc(2)},
                 sswi("interrupts-extended = <8 1 6 1>;") + sswi("interrupts-extended = <4 1 2 1>;", "2f04000")),
        expected);
}

TEST(SoftwareInterrupts, OfMoreDevicesThanAreKnownAreNone)
{
    std::vector<std::string> harts;
    std::vector<uint64_t> expected;
    std::string devices;
    for (int i = 0; i != 9; ++i) {
        harts.push_back(intc(1 + i));
        expected.push_back(i < 8 ? 0x100'0000 + 0x10'0000 * static_cast<uint64_t>(i) : 0);
        devices +=
            sswi("interrupts-extended = <" + std::to_string(1 + i) + " 1>;", "1" + std::to_string(i) + "00000");
    }
    EXPECT_EQ(setssips(harts, devices), expected);
}

TEST(SoftwareInterrupts, OfAHartThatIsNamedTwiceAreTheFirst)
{
    const std::vector<uint64_t> expected{0x2f0'0004};
    EXPECT_EQ(setssips({intc(1)}, sswi("interrupts-extended = <7 1 1 1 1 1>;") +
                                      sswi("interrupts-extended = <1 1>;", "2f04000")),
              expected);
}

TEST(SoftwareInterrupts, OfARegisterThatIsNotThereAreNone)
{
    const std::string wired = "interrupts-extended = <1 1 2 1>;";
    const std::vector<uint64_t> both{0x2f0'0000, 0x2f0'0004};
    EXPECT_EQ(setssips({intc(1), intc(2)}, sswi(wired, "2f00000", "8")), both);
    const std::vector<uint64_t> first{0x2f0'0000, 0};
    EXPECT_EQ(setssips({intc(1), intc(2)}, sswi(wired, "2f00000", "7")), first);
    const std::vector<uint64_t> neither{0, 0};
    EXPECT_EQ(setssips({intc(1), intc(2)}, sswi(wired, "2f00000", "0")), neither);
}

TEST(SoftwareInterrupts, OfADeviceThatIsOddAreAsIfItWereNotThere)
{
    const std::string wired = "interrupts-extended = <1 1>;";
    const std::vector<uint64_t> none{0};
    for (const std::string& odd :
         {sswi(""), sswi("interrupts-extended;"), sswi("interrupts-extended = <1 1 1>;"),
          sswi("interrupts-extended = [00 00 00 01 00 00 00];"), sswi(wired, "2f00002"),
          sswi("status = \"disabled\";" + wired), "sswi { compatible = \"riscv,aclint-sswi\";" + wired + "};",
          "sswi@1 { compatible = \"riscv,aclint-sswi\"; reg = <0 0x2f00000>;" + wired + "};",
          "sswi@1 { compatible = \"riscv,aclint-mswi\"; reg = <0 0x2f00000 0 0x4000>;" + wired + "};",
          "bus { #address-cells = <2>; #size-cells = <2>; " + sswi(wired) + "};"}) {
        EXPECT_EQ(setssips({intc(1)}, odd), none) << odd;
        const std::vector<uint64_t> next{0x2f0'4000};
        EXPECT_EQ(setssips({intc(1)}, odd + sswi(wired, "2f04000")), next) << odd;
    }
}

TEST(SoftwareInterrupts, OfADeviceForMoreHartsThanThereCanBeAreNone)
{
    std::string wired;
    for (int i = 0; i != 4095; ++i) {
        wired += i == 4094 ? "1 1 " : "7 1 ";
    }
    const std::vector<uint64_t> last{0x2f0'0000 + 4 * 4094};
    EXPECT_EQ(setssips({intc(1)}, sswi("interrupts-extended = <" + wired + ">;")), last);
    const std::vector<uint64_t> none{0};
    EXPECT_EQ(setssips({intc(1)}, sswi("interrupts-extended = <" + wired + "7 1>;", "2f00000", "0x8000")), none);
}

TEST(SoftwareInterrupts, DoNotNeedAPlicAndMayComeBeforeTheHarts)
{
    const DescribedHost host{sswi("interrupts-extended = <1 1>;") + cpus({intc(1)})};
    EXPECT_FALSE(host.machine.plic);
    EXPECT_EQ(host.machine.harts[0].sswi, PhysAddr{0x2f0'0000});
}

}  // namespace
}  // namespace hv::fdt

// Which interrupt controller a host's tree names, which of its contexts is each hart's, and the console's number.
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

}  // namespace
}  // namespace hv::fdt

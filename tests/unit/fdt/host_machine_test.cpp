// What the hypervisor learns of a host from its device tree, and which trees it refuses to guess about.
#include <hv/fdt/host_machine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

#include "trees.hpp"

namespace hv::fdt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PhysRange range(uint64_t start, uint64_t size)
{
    return {PhysAddr{start}, size};
}

/// A described tree, whose bytes live as long.
struct Host {
    explicit Host(test::Blob bytes)
        : blob{std::move(bytes)},
          tree{*Tree::open(blob)},
          result{describe_host(tree, machine)}
    {
    }
    /// The error as a person reads it, or "none".
    [[nodiscard]] std::string error() const
    {
        char buffer[256];
        BufferSink sink{buffer};
        if (!result) {
            print(sink, "{}", result.error());
        }
        return result ? "none" : std::string{sink.text()};
    }

    test::Blob blob;
    Tree tree;
    HostMachine machine{};
    Expected<void, HostMachineError> result;
};

Host host(const std::string& nodes)
{
    return Host{test::compile("/ { #address-cells = <2>; #size-cells = <2>; " + nodes + " };")};
}

std::string error_of(const std::string& nodes)
{
    return host(nodes).error();
}

TEST(HostMachine, OfQemuIsDescribedWhole)
{
    const Host host{test::tree_file("qemu_virt")};
    const HostMachine& machine = host.machine;
    ASSERT_EQ(host.error(), "none");
    EXPECT_THAT(machine.ram, ElementsAre(range(0x80000000, 0x8000000)));
    EXPECT_THAT(machine.reserved, IsEmpty());
    ASSERT_EQ(machine.harts.size(), 1U);
    EXPECT_EQ(machine.harts[0].id, 0U);
    EXPECT_TRUE(machine.harts[0].available);
    EXPECT_EQ(machine.harts[0].isa, "rv64imafdch_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_sstc");
    EXPECT_EQ(machine.harts[0].mmu_type, "riscv,sv48");
    EXPECT_EQ(machine.timebase_frequency, 10'000'000U);
    EXPECT_FALSE(machine.initrd);
    EXPECT_EQ(machine.rng_seed.size(), 32U);
    EXPECT_EQ(machine.stdout_path, "/soc/serial@10000000");
    ASSERT_TRUE(machine.console);
    EXPECT_EQ(machine.console->name, "serial@10000000");
    EXPECT_EQ(machine.console->registers, range(0x10000000, 0x100));
    EXPECT_TRUE(machine.console->is_ns16550a);
    EXPECT_EQ(machine.console->reg_shift, 0U);
    EXPECT_EQ(machine.console->reg_io_width, 1U);
    EXPECT_EQ(machine.finisher, range(0x100000, 0x1000));
}

TEST(HostMachine, TakesEveryBankOfRamThatIsNotEmptyOrDisabled)
{
    const Host machine = host(R"(
        memory@0 { device_type = "memory"; reg = <0 0 0 0>, <1 0 0 0x1000>, <2 0 1 0>; };
        memory@3 { device_type = "memory"; reg = <3 0 0 1>; status = "disabled"; };
        memory@4 { reg = <4 0 0 1>; };
        soc { memory@5 { device_type = "memory"; reg = <5 0 1>; }; };
        sram@6 { device_type = "memory"; reg = <6 0 0 0x10>; };)");
    EXPECT_EQ(machine.error(), "none");
    EXPECT_THAT(machine.machine.ram, ElementsAre(range(0x1'0000'0000, 0x1000), range(0x2'0000'0000, 0x1'0000'0000),
                                                 range(0x6'0000'0000, 0x10)));
}

TEST(HostMachine, MakesOneBankOfThoseThatOverlap)
{
    const Host machine = host(R"(
        memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x8000000>, <1 0 0 0x1000>,
            <0 0x90000000 0 0x8000000>, <0 0xa0000000 0 0x1000>, <0 0x98000000 0 0x1000>; };
        memory@84000000 { device_type = "memory"; reg = <0 0x87fff000 0 0x8002000>, <0 0xa0000800 0 0x100>; };)");
    EXPECT_EQ(machine.error(), "none");
    EXPECT_THAT(machine.machine.ram,
                testing::UnorderedElementsAre(range(0x80000000, 0x18000000), range(0x98000000, 0x1000),
                                              range(0xa0000000, 0x1000), range(0x1'0000'0000, 0x1000)));
}

TEST(HostMachine, LeavesRamAloneThatTheHypervisorsMapDoesNotReach)
{
    const Host machine = host(R"(memory@80000000 { device_type = "memory";
        reg = <0x3f 0xfffff000 0 0x2000>, <0x40 0 1 0>, <0 0x80000000 0x7f 0>, <0xffffffff 0xfffff000 0 0x1000>; };)");
    EXPECT_EQ(machine.error(), "none");
    EXPECT_THAT(machine.machine.ram, ElementsAre(range(0x80000000, 0x3f80000000)));
}

TEST(HostMachine, TakesReservedRangesFromTheBlockAndFromTheNodes)
{
    const Host machine{test::compile(R"(/memreserve/ 0x81000000 0x2000;
        / { #address-cells = <2>; #size-cells = <2>;
            reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
                two@82000000 { reg = <0x82000000 0x1000>, <0x83000000 0x1000>; no-map; };
                wish { size = <0x1000>; };
                off@84000000 { reg = <0x84000000 0x1000>; status = "disabled"; };
                empty@85000000 { reg = <0x85000000 0>; };
            };
        };)")};
    EXPECT_EQ(machine.error(), "none");
    ASSERT_EQ(machine.machine.reserved.size(), 3U);
    EXPECT_EQ(machine.machine.reserved[0].range, range(0x81000000, 0x2000));
    EXPECT_EQ(machine.machine.reserved[0].name, "/memreserve/");
    EXPECT_EQ(machine.machine.reserved[1].range, range(0x82000000, 0x1000));
    EXPECT_EQ(machine.machine.reserved[2].range, range(0x83000000, 0x1000));
    EXPECT_EQ(machine.machine.reserved[2].name, "two@82000000");
    EXPECT_TRUE(machine.machine.reserved[2].no_map);
    EXPECT_FALSE(machine.machine.reserved[0].no_map);
}

TEST(HostMachine, TakesReservedRangesWhereTheirNodeForgotItsRanges)
{
    const Host machine = host("reserved-memory { #address-cells = <2>; #size-cells = <2>; "
                              "a@1 { reg = <0 0x1000 0 0x1000>; }; };");
    EXPECT_EQ(machine.error(), "none");
    EXPECT_THAT(machine.machine.reserved.size(), 1U);
}

TEST(HostMachine, ReadsWhatTheBootLoaderHandedOverIn32And64Bits)
{
    const Host narrow = host(R"(chosen { linux,initrd-start = <0x84200000>; linux,initrd-end = <0x84300000>;
        bootargs = "quiet loud"; };)");
    EXPECT_EQ(narrow.machine.initrd, range(0x84200000, 0x100000));
    EXPECT_EQ(narrow.machine.bootargs, "quiet loud");
    const Host wide = host("chosen { linux,initrd-start = <1 0>; linux,initrd-end = <1 0x10>; };");
    EXPECT_EQ(wide.machine.initrd, range(0x1'0000'0000, 0x10));
    EXPECT_FALSE(host("chosen { linux,initrd-start = <8>; linux,initrd-end = <8>; };").machine.initrd);
}

TEST(HostMachine, ReadsEveryHartWithItsIdAndState)
{
    const Host machine = host(R"(cpus { #address-cells = <2>; #size-cells = <0>; timebase-frequency = <0 1000>;
        cpu-map { cluster0 { core0 { }; }; };
        cpu@1 { device_type = "cpu"; reg = <1 1>; status = "okay"; riscv,isa-extensions = "i", "m", "h"; };
        hart@2 { device_type = "cpu"; reg = <0 2>; status = "disabled"; };
        cpu@3 { reg = <0 3>; }; };)");
    EXPECT_EQ(machine.error(), "none");
    EXPECT_EQ(machine.machine.timebase_frequency, 1000U);
    ASSERT_EQ(machine.machine.harts.size(), 3U);
    EXPECT_EQ(machine.machine.harts[0].id, 0x1'0000'0001U);
    EXPECT_TRUE(machine.machine.harts[0].available);
    EXPECT_TRUE(machine.machine.harts[0].isa_extensions.contains("h"));
    EXPECT_FALSE(machine.machine.harts[1].available);
    EXPECT_EQ(machine.machine.harts[2].id, 3U);
    EXPECT_EQ(machine.machine.harts[2].isa, "");
}

TEST(HostMachine, ResolvesStdoutPathThroughAliasOptionsAndRanges)
{
    const Host machine = host(R"(chosen { stdout-path = "serial0:115200n8"; };
        aliases { serial0 = "/soc/uart@100"; };
        soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x1 0x10000000 0x1000>;
            uart@100 { compatible = "acme,uart", "ns16550a"; reg = <0x100 0x20>; reg-shift = <2>; reg-io-width = <4>; };
        };)");
    EXPECT_EQ(machine.machine.stdout_path, "serial0");
    ASSERT_TRUE(machine.machine.console);
    EXPECT_EQ(machine.machine.console->registers, range(0x1'1000'0100, 0x20));
    EXPECT_TRUE(machine.machine.console->compatible.contains("acme,uart"));
    EXPECT_TRUE(machine.machine.console->is_ns16550a);
    EXPECT_EQ(machine.machine.console->reg_shift, 2U);
    EXPECT_EQ(machine.machine.console->reg_io_width, 4U);
}

TEST(HostMachine, TakesTheOldNameOfStdoutPath)
{
    const Host machine = host("chosen { linux,stdout-path = \"/uart@1\"; }; uart@1 { reg = <0 1 0 8>; };");
    ASSERT_TRUE(machine.machine.console);
    EXPECT_FALSE(machine.machine.console->is_ns16550a);
}

TEST(HostMachine, HasNoConsoleWhereStdoutPathLeadsNowhere)
{
    for (const char* nodes :
         {"", "chosen { };", "chosen { stdout-path = \"/none\"; };", "chosen { stdout-path = [61]; };",
          "chosen { stdout-path = \":1\"; };", "chosen { stdout-path = \"/a/u\"; }; a { u { reg = <0 1 2>; }; };",
          "chosen { stdout-path = \"/u\"; }; u { reg = <0 1>; };", "chosen { stdout-path = \"/u\"; }; u { };",
          "chosen { stdout-path = \"/\"; };"}) {
        const Host machine = host(nodes);
        EXPECT_EQ(machine.error(), "none") << nodes;
        EXPECT_FALSE(machine.machine.console) << nodes;
    }
}

TEST(HostMachine, TakesTheFirstAvailableFinisher)
{
    const Host machine = host(R"(
        test@1 { compatible = "sifive,test0"; reg = <0 0x1000 0 0x10>; status = "disabled"; };
        test@2 { compatible = "sifive,test00"; reg = <0 0x2000 0 0x10>; };
        test@3 { compatible = "a", "sifive,test1"; reg = <0 0x3000 0 0x10>; };
        test@4 { compatible = "sifive,test0"; reg = <0 0x4000 0 0x10>; };)");
    EXPECT_EQ(machine.machine.finisher, range(0x3000, 0x10));
}

TEST(HostMachine, OfAnEmptyTreeIsEmpty)
{
    const Host machine{test::compile("/ { };")};
    EXPECT_EQ(machine.error(), "none");
    EXPECT_THAT(machine.machine.ram, IsEmpty());
    EXPECT_THAT(machine.machine.harts, IsEmpty());
    EXPECT_EQ(machine.machine.timebase_frequency, 0U);
    EXPECT_FALSE(machine.machine.finisher);
}

TEST(HostMachine, TellsWhichPropertyItCannotUse)
{
    EXPECT_EQ(error_of("memory@0 { device_type = \"memory\"; reg = <0 0 0>; };"),
              "memory@0/reg: a reg that does not hold whole entries");
    EXPECT_EQ(error_of("memory@0 { device_type = \"memory\"; };"), "memory@0/reg: no reg property");
    EXPECT_EQ(error_of("memory@0 { device_type = \"memory\"; reg = <0xffffffff 0xffffffff 0 2>; };"),
              "memory@0/reg: a reg that runs past the last address");
    EXPECT_EQ(error_of("reserved-memory { #address-cells = <3>; ranges; a { reg = <0 0 0>; }; };"),
              "a/reg: an #address-cells or #size-cells that is not 1 or 2");
    EXPECT_EQ(error_of("cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { }; };"),
              "cpu@0/reg: no reg property");
    EXPECT_EQ(error_of("chosen { linux,initrd-end = <1>; };"),
              "chosen/linux,initrd-start and -end: a range with only one of its two ends");
    EXPECT_EQ(error_of("chosen { linux,initrd-start = [00]; linux,initrd-end = <1>; };"),
              "chosen/linux,initrd-start: a number that is not 4 or 8 bytes long");
    EXPECT_EQ(error_of("chosen { linux,initrd-start = <2>; linux,initrd-end = <1>; };"),
              "chosen/linux,initrd-end: a range that ends before it starts");
    EXPECT_EQ(Host{test::compile("/memreserve/ 0xffffffffffffffff 0x2; / { };")}.error(),
              "/memreserve/: a reg that runs past the last address");
}

TEST(HostMachine, KeepsTheFirstErrorAndStillFindsConsoleAndFinisher)
{
    const Host machine = host(R"(chosen { stdout-path = "/u@1"; };
        memory@0 { device_type = "memory"; };
        cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { }; };
        u@1 { reg = <0 1 0 8>; };
        test@3 { compatible = "sifive,test0"; reg = <0 0x3000 0 0x10>; };)");
    EXPECT_EQ(machine.error(), "memory@0/reg: no reg property");
    EXPECT_TRUE(machine.machine.console);
    EXPECT_TRUE(machine.machine.finisher);
}

TEST(HostMachine, TellsOfHowManyThingsThereAreTooMany)
{
    std::string banks;
    std::string harts;
    std::string ranges;
    for (int i = 0; i < 70; ++i) {
        const std::string n = std::to_string(i);
        banks += (i == 0 ? "" : ", ") + ("<0 0x" + n + "00000 0 0x1000>");
        harts += "cpu@" + n + " { reg = <" + n + ">; };";
        ranges += "r@" + n + " { reg = <" + n + " 0 0x1000>; };";
    }
    EXPECT_EQ(error_of("memory@0 { device_type = \"memory\"; reg = " + banks + "; };"),
              "70 banks of RAM, where there is room for 16");
    // Of harts it can do without some.
    const Host many = host("cpus { #address-cells = <1>; #size-cells = <0>; " + harts + " };");
    EXPECT_EQ(many.error(), "none");
    EXPECT_EQ(many.machine.harts_left_out, 6U);
    EXPECT_EQ(error_of("reserved-memory { ranges; " + ranges + " };"),
              "70 reserved ranges, where there is room for 32");
}

TEST(HostMachine, HasRoomForAsManyThingsAsItSays)
{
    std::string harts;
    for (int i = 0; i < 64; ++i) {
        harts += "cpu@" + std::to_string(i) + " { reg = <" + std::to_string(i) + ">; };";
    }
    const Host machine = host("cpus { #address-cells = <1>; #size-cells = <0>; " + harts + " };");
    EXPECT_EQ(machine.error(), "none");
    EXPECT_EQ(machine.machine.harts.size(), 64U);
}

}  // namespace
}  // namespace hv::fdt

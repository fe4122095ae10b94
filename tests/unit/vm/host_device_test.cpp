// Devices of the machine's for guests: what of its tree a guest gets, and every reason why it does not.
#include <hv/vm/host_device.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hv/fdt/address.hpp>
#include <hv/lib/format.hpp>
#include <hv/vm/guest_tree.hpp>

#include "../fdt/trees.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using testing::ElementsAre;
using testing::HasSubstr;

/// RAM, a PLIC with 96 sources, a console, a finisher, and what stands in `soc` besides.
std::string machine(const std::string& soc)
{
    return R"(/ {
        #address-cells = <2>; #size-cells = <2>;
        chosen { stdout-path = "/soc/serial@10000000"; };
        memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x8000000>; };
        soc {
            #address-cells = <2>; #size-cells = <2>; ranges; interrupt-parent = <1>;
            plic@c000000 { compatible = "riscv,plic0"; reg = <0 0xc000000 0 0x600000>; phandle = <1>;
                           riscv,ndev = <96>; interrupt-controller; #interrupt-cells = <1>;
                           interrupts-extended = <9 9>; };
            other { phandle = <2>; };
            serial@10000000 { compatible = "ns16550a"; reg = <0 0x10000000 0 0x100>; interrupts = <10>; };
            test@100000 { compatible = "sifive,test1"; reg = <0 0x100000 0 0x1000>; };
            )" +
           soc + "}; };";
}

struct Found {
    std::string error;
    std::vector<PhysRange> registers;
    std::vector<uint32_t> interrupts;
};

/// Looks for /soc/rtc@..., or another path.
Found find(const std::string& soc, const std::string& path, bool unsafe_dma = false)
{
    const test::Blob blob = test::compile(machine(soc));
    const auto tree = fdt::Tree::open(blob);
    const auto host = std::make_unique<fdt::HostMachine>();
    EXPECT_TRUE(fdt::describe_host(*tree, *host));
    GuestDescription guest;
    guest.name = "a";
    guest.memory = 16 << 20;
    guest.unsafe_dma = unsafe_dma;
    const auto device = find_host_device(*tree, *host, guest, path);
    if (!device) {
        char text[256];
        BufferSink sink{text};
        print(sink, "{}", device.error());
        return {std::string{sink.text()}, {}, {}};
    }
    return {{},
            {device->registers.begin(), device->registers.end()},
            {device->interrupts.begin(), device->interrupts.end()}};
}

std::string error_of(const std::string& properties, bool unsafe_dma = false)
{
    const std::string found = find("rtc@101000 { " + properties + " };", "/soc/rtc@101000", unsafe_dma).error;
    EXPECT_TRUE(found.empty() || found.starts_with("a/devices: \"/soc/rtc@101000\" ")) << found;
    return found.substr(std::min(found.size(), std::string{"a/devices: \"/soc/rtc@101000\" "}.size()));
}

TEST(HostDevice, HasItsRegistersAndInterrupts)
{
    const Found it = find("rtc@101000 { reg = <0 0x101000 0 0x24>, <0 0x103000 0 0x2000>; interrupts = <11 12>; };",
                          "/soc/rtc@101000");
    EXPECT_EQ(it.error, "");
    EXPECT_THAT(it.registers,
                ElementsAre(PhysRange{PhysAddr{0x10'1000}, 0x24}, PhysRange{PhysAddr{0x10'3000}, 0x2000}));
    EXPECT_THAT(it.interrupts, ElementsAre(11, 12));
    EXPECT_EQ(window_of({PhysAddr{0x10'1020}, 0x24}), (PhysRange{PhysAddr{0x10'1000}, 0x1000}));
    EXPECT_EQ(window_of({PhysAddr{0x10'1ff0}, 0x24}), (PhysRange{PhysAddr{0x10'1000}, 0x2000}));
}

TEST(HostDevice, SaysItsInterruptsInEitherWay)
{
    const char* const reg = "rtc@101000 { reg = <0 0x101000 0 0x1000>; ";
    EXPECT_THAT(find(reg + std::string{"interrupts-extended = <1 13>; };"}, "/soc/rtc@101000").interrupts,
                ElementsAre(13));
    EXPECT_THAT(find(reg + std::string{"};"}, "/soc/rtc@101000").interrupts, ElementsAre());
}

TEST(HostDevice, ThatIsNotThereIsRefused)
{
    EXPECT_EQ(find("", "/soc/rtc@101000").error, "a/devices: \"/soc/rtc@101000\" the machine has no such device");
    EXPECT_EQ(error_of("reg = <0 0x101000 0 0x1000>; status = \"disabled\";"), "the machine has no such device");
    EXPECT_EQ(error_of(""), "has no registers that the machine can address");
    EXPECT_EQ(error_of("reg = <0 0x101000 0 0>;"), "has no registers that the machine can address");
    EXPECT_EQ(error_of("reg = <0 0x101000 0 1>, <0 0x102000 0 1>, <0 0x103000 0 1>;"),
              "has registers in more than two places");
    EXPECT_EQ(error_of("reg = <0x200 0 0 0x1000>;"), "lies where guests have no addresses");
}

TEST(HostDevice, ThatSomebodyElseUsesIsRefused)
{
    EXPECT_THAT(find("", "/soc/plic@c000000").error, HasSubstr("belongs to the hypervisor or the firmware"));
    EXPECT_THAT(find("", "/soc/test@100000").error, HasSubstr("ends the machine"));
    EXPECT_THAT(find("", "/soc/serial@10000000").error, HasSubstr("is the hypervisor's console"));
    EXPECT_THAT(find("", "/memory@80000000").error, HasSubstr("is memory: 0x80000000..0x88000000"));
    EXPECT_EQ(error_of("reg = <0 0x100800 0 0x1000>;"), "ends the machine: 0x100000..0x101000");
    EXPECT_EQ(error_of("reg = <0 0x10000400 0 0x100>;"), "is the hypervisor's console: 0x10000000..0x10001000");
    EXPECT_EQ(error_of("reg = <0 0xc5ff000 0 0x1000>;"),
              "is the machine's interrupt controller: 0xc000000..0xc600000");
    EXPECT_EQ(error_of("reg = <0 0x10203000 0 0x1000>;"),
              "lies where the guest has its own devices or memory: 0x10200000..0x10208000");
    EXPECT_EQ(error_of("reg = <0 0x50000000 0 0x1000>;"),
              "lies where the guest has its own devices or memory: 0x50000000..0x80000000");
}

TEST(HostDevice, ThatSharesAPageIsRefused)
{
    EXPECT_EQ(find("rtc@101000 { reg = <0 0x101000 0 0x100>; }; next@101800 { reg = <0 0x101800 0 0x100>; };",
                   "/soc/rtc@101000")
                  .error,
              "a/devices: \"/soc/rtc@101000\" shares a page with another device: 0x101800..0x101900");
}

constexpr std::string_view needs_unsafe_dma = "may read and write memory by itself: that needs unsafe-dma";

TEST(HostDevice, WhosePropertiesSpeakOfDmaNeedsUnsafeDma)
{
    const std::string reg = "reg = <0 0x101000 0 0x1000>; ";
    for (const char* const master : {"dma-coherent;", "dma-noncoherent;", "dma-ranges;", "dmas = <2>;",
                                     "#dma-cells = <1>;", "iommus = <2 0>;", "#iommu-cells = <1>;"}) {
        EXPECT_EQ(error_of(reg + master), needs_unsafe_dma);
        EXPECT_EQ(error_of(reg + master, true), "");
    }
}

TEST(HostDevice, OfAKindThatIsNotKnownToLeaveMemoryAloneNeedsUnsafeDma)
{
    const auto error_of_kind = [](const std::string& name, bool unsafe_dma) {
        return find(name + "@101000 { reg = <0 0x101000 0 0x1000>; };", "/soc/" + name + "@101000", unsafe_dma)
            .error;
    };
    for (const std::string name : {"ethernet", "virtio_mmio", "it", "timer", "serial0", "rt"}) {
        EXPECT_EQ(error_of_kind(name, false),
                  "a/devices: \"/soc/" + name + "@101000\" " + std::string{needs_unsafe_dma});
        EXPECT_EQ(error_of_kind(name, true), "");
    }
    for (const char* const name :
         {"adc", "dac", "eeprom", "flash", "gpio", "i2c", "keyboard", "led", "leds", "nvram", "pwm", "rng", "rtc",
          "serial", "spi", "temperature-sensor", "watchdog"}) {
        EXPECT_EQ(error_of_kind(name, false), "");
    }
}

TEST(HostDevice, ThatTheMachineHangsOnIsRefusedWithUnsafeDmaToo)
{
    for (const std::string each : {"riscv,iommu", "riscv,pci-iommu", "thead,c900-clint", "thead,c900-plic",
                                   "andestech,nceplic100", "cache"}) {
        EXPECT_EQ(error_of("reg = <0 0x101000 0 0x1000>; compatible = \"of,ours\", \"" + each + "\";", true),
                  "belongs to the hypervisor or the firmware");
    }
}

TEST(HostDevice, WhoseInterruptCannotBePassedOnIsRefused)
{
    const std::string reg = "reg = <0 0x101000 0 0x1000>; ";
    const std::string elsewhere = "has an interrupt that does not come from the machine's PLIC";
    EXPECT_EQ(error_of(reg + "interrupts = <0>;"), elsewhere);
    EXPECT_EQ(error_of(reg + "interrupts = <97>;"), elsewhere);
    EXPECT_EQ(error_of(reg + "interrupts = <11>; interrupt-parent = <2>;"), elsewhere);
    EXPECT_EQ(error_of(reg + "interrupts-extended = <3 11>;"), elsewhere);
    EXPECT_EQ(error_of(reg + "interrupts-extended = <1>;"), elsewhere);
    const std::string another = "has an interrupt whose number is that of another device of the guest's";
    EXPECT_EQ(error_of(reg + "interrupts = <10>;"), another);
    EXPECT_EQ(error_of(reg + "interrupts = <64>;"), another);
    EXPECT_EQ(error_of(reg + "interrupts = <71>;"), another);
    EXPECT_EQ(error_of(reg + "interrupts = <72>;"), "");
    EXPECT_EQ(error_of(reg + "interrupts = <1 2 3 4 5>;"), "has more than four interrupts");
}

TEST(HostDevice, IsInTheGuestsTreeWithoutWhatPointsElsewhere)
{
    const test::Blob blob = test::compile(machine(
        "rtc@101000 { compatible = \"google,goldfish-rtc\", \"rtc\"; reg = <0 0x101000 0 0x24>; interrupts = <11>; "
        "clocks = <2>; clock-frequency = <32768>; vdd-supply = <2>; pinctrl-0 = <2>; wakeup-source; };"));
    const auto tree = fdt::Tree::open(blob);
    const PhysRange registers[] = {{PhysAddr{0x10'1000}, 0x24}};
    const uint32_t interrupts[] = {11};
    const GuestDevice device{*tree->find("/soc/rtc@101000"), registers, interrupts};
    GuestTreeRequest request;
    request.plic_sources = 1023;
    request.devices = {&device, 1};
    test::Blob room(guest_tree_room_for(request));
    const auto written = write_guest_tree(request, room);
    ASSERT_TRUE(written);
    const auto guests = fdt::Tree::open(written->bytes);
    const auto node = guests->find("/soc/rtc@101000");
    ASSERT_TRUE(node);
    EXPECT_TRUE(node->is_compatible("google,goldfish-rtc") && node->is_compatible("rtc"));
    EXPECT_EQ(*fdt::address_of(*guests, *node), registers[0]);
    EXPECT_EQ(node->property("interrupts")->u32(), 11U);
    EXPECT_EQ(node->property("interrupt-parent")->u32(),
              guests->find("/soc/interrupt-controller@c000000")->property("phandle")->u32());
    EXPECT_EQ(node->property("clock-frequency")->u32(), 32768U);
    EXPECT_TRUE(node->property("wakeup-source"));
    for (const char* const name : {"clocks", "vdd-supply", "pinctrl-0"}) {
        EXPECT_FALSE(node->property(name)) << name;
    }
}

}  // namespace

// The guest's device tree, read back with libfdt: it says what the guest owns, and nothing else.
#include <hv/vm/guest_tree.hpp>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <hv/fdt/host_machine.hpp>

#include "../fdt/trees.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using test::Blob;

constexpr std::string_view extensions[] = {"i", "m", "a", "f", "d", "c", "zicsr", "zifencei", "sstc"};
constexpr GuestPhysRange memory[] = {{guest_map::ram, uint64_t{128} << 20}};

GuestSeeds seeds()
{
    GuestSeeds some{};
    some.rng.fill(std::byte{0x5a});
    some.kaslr = 0x1122'3344'5566'7788;
    return some;
}

/// A guest as a Linux in the middle of the road wants it.
GuestTreeRequest usual(uint32_t harts = 1)
{
    GuestTreeRequest guest;
    guest.harts = harts;
    guest.isa_extensions = extensions;
    guest.mmu_type = "riscv,sv48";
    guest.timebase_frequency = 10'000'000;
    guest.memory = memory;
    guest.bootargs = "console=ttyS0 panic=1";
    guest.initrd = {GuestPhysAddr{0x8700'0000}, 0x1234};
    guest.plic_sources = 1023;
    guest.seeds = seeds();
    return guest;
}

Blob tree_of(const GuestTreeRequest& guest)
{
    Blob room(guest_tree_room_for(guest));
    const auto tree = write_guest_tree(guest, room);
    EXPECT_TRUE(tree);
    room.resize(tree ? tree->bytes.size() : 0);
    room.shrink_to_fit();
    return room;
}

/// The value of a property as text: cells in hexadecimal, or strings with a comma between.
class Reader {
public:
    explicit Reader(const Blob& blob) : tree_{blob.data()} { EXPECT_EQ(fdt_check_full(tree_, blob.size()), 0); }

    [[nodiscard]] bool has(const std::string& path) const { return fdt_path_offset(tree_, path.c_str()) >= 0; }
    [[nodiscard]] bool has(const std::string& path, const char* name) const
    {
        return fdt_getprop(tree_, fdt_path_offset(tree_, path.c_str()), name, nullptr) != nullptr;
    }
    [[nodiscard]] std::string cells(const std::string& path, const char* name) const
    {
        int size = -1;
        const auto* value =
            static_cast<const fdt32_t*>(fdt_getprop(tree_, fdt_path_offset(tree_, path.c_str()), name, &size));
        std::string text;
        for (int i = 0; i < size / 4; ++i) {
            std::array<char, 12> one{};
            std::snprintf(one.data(), one.size(), "%s%x", i == 0 ? "" : " ", fdt32_to_cpu(value[i]));
            text += one.data();
        }
        return size < 0 || size % 4 != 0 ? "none" : text;
    }
    [[nodiscard]] std::string strings(const std::string& path, const char* name) const
    {
        const int node = fdt_path_offset(tree_, path.c_str());
        std::string text;
        for (int i = 0; i < fdt_stringlist_count(tree_, node, name); ++i) {
            text += (i == 0 ? "" : ",") + std::string{fdt_stringlist_get(tree_, node, name, i, nullptr)};
        }
        return text;
    }
    [[nodiscard]] const void* tree() const { return tree_; }

private:
    const void* tree_;
};

TEST(GuestTree, IsWhatDtcHasNothingToSayOf)
{
    for (uint32_t harts = 1; harts <= 8; ++harts) {
        EXPECT_EQ(test::dtc_complaints_of(tree_of(usual(harts))), "") << harts;
    }
    GuestTreeRequest bare = usual();
    bare.uart = false;
    EXPECT_EQ(test::dtc_complaints_of(tree_of(bare)), "");
    bare.plic_sources = 0;
    bare.bootargs = {};
    bare.initrd = {};
    bare.seeds.reset();
    EXPECT_EQ(test::dtc_complaints_of(tree_of(bare)), "");
    bare.uart = true;
    EXPECT_EQ(test::dtc_complaints_of(tree_of(bare)), "");
}

TEST(GuestTree, TellsWhatTheGuestRunsOn)
{
    const Blob blob = tree_of(usual());
    const Reader tree{blob};
    EXPECT_EQ(tree.strings("/", "compatible"), "bulkhead,guest");
    EXPECT_EQ(tree.cells("/", "#address-cells"), "2");
    EXPECT_EQ(tree.cells("/", "#size-cells"), "2");
    EXPECT_EQ(tree.cells("/memory@80000000", "reg"), "0 80000000 0 8000000");
    EXPECT_EQ(tree.strings("/memory@80000000", "device_type"), "memory");
    EXPECT_EQ(fdt_num_mem_rsv(blob.data()), 0);
}

TEST(GuestTree, TellsEveryRangeOfMemory)
{
    constexpr GuestPhysRange ranges[] = {{guest_map::ram, 0x40'0000},
                                         {GuestPhysAddr{0x1'8000'0000}, uint64_t{5} << 30}};
    GuestTreeRequest guest = usual();
    guest.memory = ranges;
    const Blob blob = tree_of(guest);
    const Reader tree{blob};
    EXPECT_EQ(tree.cells("/memory@80000000", "reg"), "0 80000000 0 400000");
    EXPECT_EQ(tree.cells("/memory@180000000", "reg"), "1 80000000 1 40000000");
    EXPECT_EQ(test::dtc_complaints_of(blob), "");
}

constexpr SharedNode regions[] = {
    {.name = "mailbox", .range = {guest_map::shared, 0x1000}, .writable = true, .doorbell = 0},
    {.name = "a-name-of-thirty-one-characters", .range = {GuestPhysAddr{0x5020'0000}, 0x400'0000}, .doorbell = 7},
};

TEST(GuestTree, HasANodeForEachSharedRegionAndItsDoorbell)
{
    GuestTreeRequest guest = usual(2);
    guest.shared = regions;
    const Blob blob = tree_of(guest);
    const Reader tree{blob};
    EXPECT_EQ(tree.strings("/shared-memory@50000000", "compatible"), "bulkhead,shared-memory");
    EXPECT_EQ(tree.strings("/shared-memory@50000000", "bulkhead,region-name"), "mailbox");
    EXPECT_EQ(tree.cells("/shared-memory@50000000", "reg"), "0 50000000 0 1000");
    EXPECT_EQ(tree.strings("/shared-memory@50200000", "bulkhead,region-name"), "a-name-of-thirty-one-characters");
    EXPECT_EQ(tree.cells("/shared-memory@50200000", "reg"), "0 50200000 0 4000000");
    EXPECT_EQ(tree.strings("/soc/doorbell@10200000", "compatible"), "bulkhead,doorbell");
    EXPECT_EQ(tree.cells("/soc/doorbell@10200000", "reg"), "0 10200000 0 1000");
    EXPECT_EQ(tree.cells("/soc/doorbell@10200000", "interrupts"), "40");
    EXPECT_EQ(tree.cells("/soc/doorbell@10207000", "reg"), "0 10207000 0 1000");
    EXPECT_EQ(tree.cells("/soc/doorbell@10207000", "interrupts"), "47");
    for (const std::string doorbell : {"/soc/doorbell@10200000", "/soc/doorbell@10207000"}) {
        EXPECT_EQ(tree.cells(doorbell, "interrupt-parent"),
                  tree.cells("/soc/interrupt-controller@c000000", "phandle"));
    }
    EXPECT_EQ(tree.cells("/soc/doorbell@10200000", "memory-region"),
              tree.cells("/shared-memory@50000000", "phandle"));
    EXPECT_EQ(tree.cells("/soc/doorbell@10207000", "memory-region"),
              tree.cells("/shared-memory@50200000", "phandle"));
    EXPECT_EQ(test::dtc_complaints_of(blob), "");
}

TEST(GuestTree, SaysWhichSharedRegionMayOnlyBeRead)
{
    GuestTreeRequest guest = usual();
    guest.shared = regions;
    const Blob blob = tree_of(guest);
    const Reader tree{blob};
    EXPECT_FALSE(tree.has("/shared-memory@50000000", "read-only"));
    EXPECT_TRUE(tree.has("/shared-memory@50200000", "read-only"));
}

TEST(GuestTree, HasRoomForEverySharedRegionThatThereCanBe)
{
    std::vector<SharedNode> all;
    for (unsigned i = 0; i < 8; ++i) {
        const GuestPhysAddr start = guest_map::shared + (i * uint64_t{64} << 20);
        all.push_back({.name = "a-name-of-thirty-one-characters", .range = {start, 0x1000}, .doorbell = i});
    }
    GuestTreeRequest guest = usual(8);
    guest.shared = all;
    const Blob blob = tree_of(guest);
    EXPECT_EQ(test::dtc_complaints_of(blob), "");
    EXPECT_LT(blob.size(), guest_tree_room_for(guest));
}

TEST(GuestTree, TellsWhatTheBootLoaderWouldHaveChosen)
{
    const Blob blob = tree_of(usual());
    const Reader tree{blob};
    EXPECT_EQ(tree.strings("/chosen", "bootargs"), "console=ttyS0 panic=1");
    EXPECT_EQ(tree.strings("/chosen", "stdout-path"), "/soc/serial@10000000");
    EXPECT_EQ(tree.cells("/chosen", "linux,initrd-start"), "0 87000000");
    EXPECT_EQ(tree.cells("/chosen", "linux,initrd-end"), "0 87001234");
    EXPECT_EQ(tree.cells("/chosen", "rng-seed"),
              "5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a");
    EXPECT_EQ(tree.cells("/chosen", "kaslr-seed"), "11223344 55667788");
    EXPECT_STREQ(fdt_get_alias(blob.data(), "serial0"), "/soc/serial@10000000");
}

TEST(GuestTree, SaysNothingOfWhatTheGuestHasNot)
{
    GuestTreeRequest guest = usual();
    guest.uart = false;
    guest.plic_sources = 0;
    guest.bootargs = {};
    guest.initrd = {};
    guest.seeds.reset();
    guest.mmu_type = {};
    const Blob blob = tree_of(guest);
    const Reader tree{blob};
    EXPECT_TRUE(tree.has("/chosen"));
    for (const char* name :
         {"bootargs", "stdout-path", "linux,initrd-start", "linux,initrd-end", "rng-seed", "kaslr-seed"}) {
        EXPECT_FALSE(tree.has("/chosen", name)) << name;
    }
    EXPECT_FALSE(tree.has("/soc"));
    EXPECT_FALSE(tree.has("/aliases"));
    for (const char* name :
         {"mmu-type", "riscv,cbom-block-size", "riscv,cboz-block-size", "riscv,cbop-block-size"}) {
        EXPECT_FALSE(tree.has("/cpus/cpu@0", name)) << name;
    }
}

TEST(GuestTree, HasTheIsaAsStringAndAsList)
{
    const Blob blob = tree_of(usual());
    const Reader tree{blob};
    EXPECT_EQ(tree.strings("/cpus/cpu@0", "riscv,isa"), "rv64imafdc_zicsr_zifencei_sstc");
    EXPECT_EQ(tree.strings("/cpus/cpu@0", "riscv,isa-base"), "rv64i");
    EXPECT_EQ(tree.strings("/cpus/cpu@0", "riscv,isa-extensions"), "i,m,a,f,d,c,zicsr,zifencei,sstc");
    EXPECT_EQ(tree.strings("/cpus/cpu@0", "mmu-type"), "riscv,sv48");
}

TEST(GuestTree, TellsTheCacheBlocksThatThereAre)
{
    GuestTreeRequest guest = usual();
    guest.cache_blocks = {64, 32, 128};
    const Blob blob = tree_of(guest);
    const Reader tree{blob};
    EXPECT_EQ(tree.cells("/cpus/cpu@0", "riscv,cbom-block-size"), "40");
    EXPECT_EQ(tree.cells("/cpus/cpu@0", "riscv,cboz-block-size"), "20");
    EXPECT_EQ(tree.cells("/cpus/cpu@0", "riscv,cbop-block-size"), "80");
}

TEST(GuestTree, HasANodeForEachHart)
{
    const Blob blob = tree_of(usual(4));
    const Reader tree{blob};
    EXPECT_EQ(tree.cells("/cpus", "#address-cells"), "1");
    EXPECT_EQ(tree.cells("/cpus", "#size-cells"), "0");
    EXPECT_EQ(tree.cells("/cpus", "timebase-frequency"), "989680");
    for (uint32_t hart = 0; hart < 4; ++hart) {
        const std::string cpu = "/cpus/cpu@" + std::to_string(hart);
        EXPECT_EQ(tree.cells(cpu, "reg"), std::to_string(hart));
        EXPECT_EQ(tree.strings(cpu, "device_type"), "cpu");
        EXPECT_EQ(tree.strings(cpu, "status"), "okay");
        EXPECT_EQ(tree.strings(cpu, "compatible"), "riscv");
        EXPECT_EQ(tree.strings(cpu + "/interrupt-controller", "compatible"), "riscv,cpu-intc");
        EXPECT_EQ(tree.cells(cpu + "/interrupt-controller", "#interrupt-cells"), "1");
        EXPECT_EQ(tree.cells("/cpus/cpu-map/cluster0/core" + std::to_string(hart), "cpu"),
                  tree.cells(cpu, "phandle"));
    }
    EXPECT_FALSE(tree.has("/cpus/cpu@4"));
    EXPECT_FALSE(tree.has("/cpus/cpu-map/cluster0/core4"));
}

TEST(GuestTree, GivesEachPhandleOnce)
{
    GuestTreeRequest guest = usual(8);
    guest.shared = regions;
    const Blob blob = tree_of(guest);
    std::map<uint32_t, int> phandles;
    for (int node = 0; node >= 0; node = fdt_next_node(blob.data(), node, nullptr)) {
        if (const uint32_t phandle = fdt_get_phandle(blob.data(), node); phandle != 0) {
            ++phandles[phandle];
        }
    }
    EXPECT_EQ(phandles.size(), 19U);
    for (const auto& [phandle, count] : phandles) {
        EXPECT_EQ(count, 1) << phandle;
    }
}

TEST(GuestTree, HasTheUartOnThePlic)
{
    const Blob blob = tree_of(usual());
    const Reader tree{blob};
    const std::string uart = "/soc/serial@10000000";
    EXPECT_EQ(tree.strings(uart, "compatible"), "ns16550a");
    EXPECT_EQ(tree.cells(uart, "reg"), "0 10000000 0 100");
    EXPECT_EQ(tree.cells(uart, "clock-frequency"), "384000");
    EXPECT_EQ(tree.cells(uart, "interrupts"), "a");
    EXPECT_EQ(tree.cells(uart, "interrupt-parent"), tree.cells("/soc/interrupt-controller@c000000", "phandle"));
    EXPECT_EQ(tree.cells("/soc", "ranges"), "");
}

TEST(GuestTree, HasNoInterruptForTheUartWithoutAPlic)
{
    GuestTreeRequest guest = usual();
    guest.plic_sources = 0;
    const Blob blob = tree_of(guest);
    const Reader tree{blob};
    EXPECT_TRUE(tree.has("/soc/serial@10000000"));
    EXPECT_FALSE(tree.has("/soc/serial@10000000", "interrupts"));
    EXPECT_FALSE(tree.has("/soc/serial@10000000", "interrupt-parent"));
    EXPECT_FALSE(tree.has("/soc/interrupt-controller@c000000"));
}

TEST(GuestTree, HasTwoContextsAHartAtThePlicOfWhichTheMachinesIsNone)
{
    const Blob blob = tree_of(usual(2));
    const Reader tree{blob};
    const std::string plic = "/soc/interrupt-controller@c000000";
    EXPECT_EQ(tree.strings(plic, "compatible"), "sifive,plic-1.0.0,riscv,plic0");
    EXPECT_EQ(tree.cells(plic, "reg"), "0 c000000 0 600000");
    EXPECT_EQ(tree.cells(plic, "riscv,ndev"), "3ff");
    const std::string first = tree.cells("/cpus/cpu@0/interrupt-controller", "phandle");
    const std::string second = tree.cells("/cpus/cpu@1/interrupt-controller", "phandle");
    EXPECT_EQ(tree.cells(plic, "interrupts-extended"),
              first + " ffffffff " + first + " 9 " + second + " ffffffff " + second + " 9");
}

TEST(GuestTree, ReadsAsAMachineToUs)
{
    const Blob blob = tree_of(usual(8));
    const auto tree = fdt::Tree::open(blob);
    ASSERT_TRUE(tree);
    const auto machine = std::make_unique<fdt::HostMachine>();
    ASSERT_TRUE(fdt::describe_host(*tree, *machine));
    EXPECT_EQ(machine->harts.size(), 8U);
    ASSERT_EQ(machine->ram.size(), 1U);
    EXPECT_EQ(machine->ram[0], (PhysRange{PhysAddr{0x8000'0000}, uint64_t{128} << 20}));
    EXPECT_EQ(machine->timebase_frequency, 10'000'000U);
    ASSERT_TRUE(machine->console);
    EXPECT_TRUE(machine->console->is_ns16550a);
    EXPECT_EQ(machine->console->registers.start, PhysAddr{0x1000'0000});
    EXPECT_EQ(machine->rng_seed.size(), 32U);
    EXPECT_FALSE(machine->finisher);
}

TEST(GuestTree, WithOtherSeedsInTheirPlaceIsTheOneThatIsWrittenWithThem)
{
    GuestTreeRequest guest = usual(2);
    Blob room(guest_tree_room_for(guest));
    const auto tree = write_guest_tree(guest, room);
    ASSERT_TRUE(tree);
    for (size_t i = 0; i < guest.seeds->rng.size(); ++i) {
        guest.seeds->rng[i] = static_cast<std::byte>(0x80 + i);
    }
    guest.seeds->kaslr = 0xfedc'ba98'7654'3210;
    replace_seeds(*tree, *guest.seeds);
    room.resize(tree->bytes.size());
    EXPECT_EQ(room, tree_of(guest));
}

TEST(GuestTree, FitsItsRoomAtItsLargest)
{
    std::vector<std::string_view> many(60, "zlongestextension");
    const std::string bootargs(2047, 'x');
    GuestTreeRequest guest = usual(8);
    guest.isa_extensions = many;
    guest.bootargs = bootargs;
    guest.cache_blocks = {64, 64, 64};
    EXPECT_FALSE(tree_of(guest).empty());
}

TEST(GuestTree, SaysThatThereIsNoRoom)
{
    Blob room(1024);
    const auto tree = write_guest_tree(usual(), room);
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error().room, 1024U);
}

}  // namespace

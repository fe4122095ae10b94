// What a partition description says beyond one guest: named harts, memory with a base, devices, watchdogs, shared
// regions; and for each wrong one the message that tells what would be right.
#include <hv/vm/description.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../fdt/trees.hpp"

namespace {

using namespace hv;
using namespace hv::vm;

std::string text_of(const auto& value)
{
    std::array<char, 800> text{};
    BufferSink sink{text};
    print(sink, "{}", value);
    return std::string{sink.text()};
}

/// A description that is large for a stack, with the tree that it views. `root` is what stands in the root behind
/// its compatible.
struct Read {
    explicit Read(const std::string& root)
        : blob{test::compile("/ { compatible = \"bulkhead,partitions\"; " + root + " };")}
    {
        const auto tree = fdt::Tree::open(blob, Description::max_size);
        if (const auto read = read_description(*tree, *description); !read) {
            error = text_of(read.error());
        }
    }

    test::Blob blob;
    std::unique_ptr<Description> description = std::make_unique<Description>();
    std::string error = "none";
};

std::string guest(const std::string& name, const std::string& properties)
{
    return name + " { kernel = [13 00 00 00]; " + properties + " }; ";
}

constexpr auto memory = "memory = <0 0x8000000>; ";

/// What is said of a guest g that has what every guest needs and `properties`.
std::string error_of_guest(const std::string& properties)
{
    return Read{guest("g", memory + properties)}.error;
}

/// What is said of two guests, a and b, that have what every guest needs and `of_a` and `of_b`.
std::string error_of_two(const std::string& of_a, const std::string& of_b)
{
    return Read{guest("a", memory + of_a) + guest("b", memory + of_b)}.error;
}

/// What is said of a region r with `properties` beside guests a, b and c.
std::string error_of_region(const std::string& properties)
{
    return Read{guest("a", memory) + "r { compatible = \"bulkhead,shared-memory\"; " + properties + " }; " +
                guest("b", memory) + guest("c", memory)}
        .error;
}

TEST(Description, SaysAllThatAPartitionMayHave)
{
    const Read it{guest("g", R"(hart-ids = <3 1>; memory = <0x0 0x90000000 0x0 0x8000000>;
        devices = "/soc/rtc@101000", "/soc/virtio_mmio@10001000"; unsafe-dma; on-fault = "halt-machine";
        on-watchdog = "restart"; restart-limit = <9>; restart-window = <60>; fed-watchdog = <500>;
        timer-watchdog = <20>;)")};
    ASSERT_EQ(it.error, "none");
    const GuestDescription& g = it.description->guests[0];
    EXPECT_EQ(g.harts, 2U);
    ASSERT_EQ(g.hart_ids.size(), 2U);
    EXPECT_EQ(g.hart_ids[0], 3U);
    EXPECT_EQ(g.hart_ids[1], 1U);
    EXPECT_EQ(g.memory, 0x800'0000U);
    EXPECT_EQ(g.memory_base, PhysAddr{0x9000'0000});
    ASSERT_EQ(g.devices.size(), 2U);
    EXPECT_EQ(g.devices[0], "/soc/rtc@101000");
    EXPECT_EQ(g.devices[1], "/soc/virtio_mmio@10001000");
    EXPECT_TRUE(g.unsafe_dma);
    EXPECT_EQ(g.on_fault, OnFault::halt_machine);
    EXPECT_EQ(g.on_watchdog, OnFault::restart);
    EXPECT_EQ(g.restart_limit, 9U);
    EXPECT_EQ(g.restart_window, 60U);
    EXPECT_EQ(g.fed_watchdog, 500U);
    EXPECT_EQ(g.timer_watchdog, 20U);
}

TEST(Description, HasDefaultsForAllThatAPartitionMayHave)
{
    const Read it{guest("g", memory)};
    ASSERT_EQ(it.error, "none");
    const GuestDescription& g = it.description->guests[0];
    EXPECT_TRUE(g.hart_ids.empty());
    EXPECT_FALSE(g.memory_base);
    EXPECT_FALSE(g.built_in);
    EXPECT_TRUE(g.devices.empty());
    EXPECT_FALSE(g.unsafe_dma);
    EXPECT_EQ(g.on_watchdog, OnFault::stop);
    EXPECT_EQ(g.restart_window, 0U);
    EXPECT_EQ(g.fed_watchdog, 0U);
    EXPECT_EQ(g.timer_watchdog, 0U);
    EXPECT_TRUE(it.description->regions.empty());
    EXPECT_FALSE(it.description->stats);
    EXPECT_FALSE(it.description->dump_device_trees);
}

TEST(Description, SaysWhatIsAskedOfTheWholeMachine)
{
    const Read it{"stats; dump-device-trees; " + guest("g", memory)};
    ASSERT_EQ(it.error, "none");
    EXPECT_TRUE(it.description->stats);
    EXPECT_TRUE(it.description->dump_device_trees);
}

TEST(Description, MayHaveTheBuiltInGuestInPlaceOfAKernel)
{
    const Read it{"g { built-in; memory = <0 0x400000>; };"};
    ASSERT_EQ(it.error, "none");
    EXPECT_TRUE(it.description->guests[0].built_in);
    EXPECT_TRUE(it.description->guests[0].kernel.empty());
}

TEST(Description, NumbersTheMembersOfARegionWritersFirst)
{
    const Read it{R"(r { compatible = "bulkhead,shared-memory"; size = <0 0x3000>; readers = "a";
                         writers = "c", "b"; };)" +
                  guest("a", memory) + guest("b", memory) + guest("c", memory)};
    ASSERT_EQ(it.error, "none");
    ASSERT_EQ(it.description->regions.size(), 1U);
    const RegionDescription& region = it.description->regions[0];
    EXPECT_EQ(region.name, "r");
    EXPECT_EQ(region.size, 0x3000U);
    ASSERT_EQ(region.members.size(), 3U);
    const auto& [first, second, third] = std::tie(region.members[0], region.members[1], region.members[2]);
    EXPECT_TRUE(first.guest == 2 && first.writes);
    EXPECT_TRUE(second.guest == 1 && second.writes);
    EXPECT_TRUE(third.guest == 0 && !third.writes);
}

TEST(BadDescription, GivesAFlagAValue)
{
    constexpr auto wrong = ": is 4 bytes long; it must be empty: a name and a semicolon";
    EXPECT_EQ(Read{"stats = <1>; " + guest("g", memory)}.error, std::string{"/stats"} + wrong);
    EXPECT_EQ(Read{"dump-device-trees = <1>; " + guest("g", memory)}.error,
              std::string{"/dump-device-trees"} + wrong);
    EXPECT_EQ(error_of_guest("unsafe-dma = <1>;"), std::string{"g/unsafe-dma"} + wrong);
    EXPECT_EQ(error_of_guest("built-in = <1>;"), std::string{"g/built-in"} + wrong);
}

TEST(BadDescription, GivesTheRootsOwnPropertiesInAnotherForm)
{
    EXPECT_EQ(Read{"model = <1>;"}.error, "/model: is not one string of text; it must be one string");
    EXPECT_EQ(Read{"#address-cells = \"2\";"}.error, "/#address-cells: is 2 bytes long; it must be one cell");
}

TEST(BadDescription, HasAKernelAndTheBuiltInOne)
{
    EXPECT_EQ(error_of_guest("built-in;"), "g/built-in: is there beside kernel; a guest has one of the two");
}

TEST(BadDescription, HasAnInitrdForTheBuiltInGuest)
{
    EXPECT_EQ(Read{"g { built-in; memory = <0 0x400000>; initrd = [00]; };"}.error,
              "g/initrd: is for guests with a kernel of their own");
}

TEST(BadDescription, NamesHartsInAnotherForm)
{
    constexpr auto right = "; it must be 1 to 8 cells, the ids of harts: <1 3>";
    EXPECT_EQ(error_of_guest("hart-ids;"), std::string{"g/hart-ids: is 0 bytes long"} + right);
    EXPECT_EQ(error_of_guest("hart-ids = \"1\";"), std::string{"g/hart-ids: is 2 bytes long"} + right);
    EXPECT_EQ(error_of_guest("hart-ids = <0 1 2 3 4 5 6 7 8>;"),
              std::string{"g/hart-ids: is 36 bytes long"} + right);
    EXPECT_EQ(error_of_guest("hart-ids = <0 1 2 3 4 5 6 7>;"), "none");
}

TEST(BadDescription, NamesHartsAndANumberOfHarts)
{
    EXPECT_EQ(error_of_guest("harts = <1>; hart-ids = <2>;"),
              "g/hart-ids: is there beside harts; a guest has one of the two");
}

TEST(BadDescription, NamesAHartTwice)
{
    EXPECT_EQ(error_of_guest("hart-ids = <1 2 1>;"), "g/hart-ids: names hart 1 twice");
    EXPECT_EQ(error_of_two("hart-ids = <0 2>;", "hart-ids = <1 2>;"), "b/hart-ids: names hart 2, which is a's");
}

TEST(BadDescription, HasABaseWhereNoMemoryCanBegin)
{
    const auto error = [](const std::string& cells) { return Read{guest("g", "memory = <" + cells + ">;")}.error; };
    EXPECT_EQ(error("0 0x90001000 0 0x8000000"), "g/memory: begins at 0x90001000; it must be a multiple of 2 MiB");
    EXPECT_EQ(error("0 0x7fe00000 0 0x8000000"),
              "g/memory: begins at 0x7fe00000; it must be 0x80000000 to 0x3ff8000000");
    EXPECT_EQ(error("0x3f 0xf8200000 0 0x8000000"),
              "g/memory: begins at 0x3ff8200000; it must be 0x80000000 to 0x3ff8000000");
    EXPECT_EQ(error("0xffffffff 0xffe00000 0 0x8000000"),
              "g/memory: begins at 0xffffffffffe00000; it must be 0x80000000 to 0x3ff8000000");
    EXPECT_EQ(error("0x3f 0xf8000000 0 0x8000000"), "none");
    EXPECT_EQ(error("0 0x80000000 0 0x8000000"), "none");
    EXPECT_EQ(error("0 0x90000000 0 0x1000"), "g/memory: is 4 KiB; it must be 4 MiB to 254 GiB");
}

TEST(BadDescription, GivesMemoryToTwoGuests)
{
    const auto error = [](const std::string& a, const std::string& b) {
        return Read{guest("a", "memory = <0 " + a + ">;") + guest("b", "memory = <0 " + b + ">;")}.error;
    };
    EXPECT_EQ(error("0x90000000 0 0x8000000", "0x97e00000 0 0x8000000"),
              "b/memory: lies at 0x97e00000..0x9fe00000, which overlaps a's at 0x90000000..0x98000000");
    EXPECT_EQ(error("0x90000000 0 0x8000000", "0x98000000 0 0x8000000"), "none");
}

TEST(BadDescription, NamesDevicesInAnotherForm)
{
    constexpr auto right = "full paths in the machine's device tree, such as \"/soc/rtc@101000\"";
    for (const std::string each : {"", " = <1>", " = [2f 73]", " = \"/soc/a\", \"\""}) {
        EXPECT_EQ(error_of_guest("devices" + each + ";"),
                  std::string{"g/devices: is not a list of strings; it must be "} + right);
    }
    EXPECT_EQ(error_of_guest("devices = \"/soc/a\", \"serial0\";"),
              std::string{"g/devices: names \"serial0\"; it must be "} + right);
    EXPECT_EQ(error_of_guest("devices = \"/\";"), std::string{"g/devices: names \"/\"; it must be "} + right);
}

TEST(BadDescription, NamesADeviceTwice)
{
    EXPECT_EQ(error_of_guest(R"(devices = "/soc/a", "/soc/b", "/soc/a";)"), R"(g/devices: names "/soc/a" twice)");
    EXPECT_EQ(error_of_two(R"(devices = "/soc/a";)", R"(devices = "/soc/b", "/soc/a";)"),
              R"(b/devices: names "/soc/a", which is a's)");
}

TEST(BadDescription, NamesTooManyDevices)
{
    std::string eight = "devices = \"/1\"";
    for (int i = 2; i <= 8; ++i) {
        eight += ", \"/" + std::to_string(i) + "\"";
    }
    EXPECT_EQ(error_of_guest(eight + ";"), "none");
    EXPECT_EQ(error_of_guest(eight + ", \"/9\";"), "g/devices: names 9; it may name 8");
}

TEST(BadDescription, AllowsDmaWhereItWouldGoToOthers)
{
    EXPECT_EQ(error_of_guest("devices = \"/a\"; unsafe-dma;"),
              "g/unsafe-dma: is for guests whose memory has a base: without one, DMA would go to others' memory");
    EXPECT_EQ(Read{guest("g", "memory = <0 0x90000000 0 0x8000000>; unsafe-dma;")}.error,
              "g/unsafe-dma: is for guests with devices");
}

TEST(BadDescription, HasAPolicyForNoWatchdog)
{
    EXPECT_EQ(error_of_guest("on-watchdog = \"restart\";"),
              "g/on-watchdog: is for guests with fed-watchdog or timer-watchdog");
    EXPECT_EQ(error_of_guest("on-watchdog = \"restart\"; fed-watchdog = <1>;"), "none");
    EXPECT_EQ(error_of_guest("on-watchdog = \"bark\"; timer-watchdog = <1>;"),
              R"(g/on-watchdog: is "bark"; it must be "stop", "restart" or "halt-machine")");
}

TEST(BadDescription, HasAWatchdogThatWaitsForNothingOrForEver)
{
    EXPECT_EQ(error_of_guest("fed-watchdog = <0>;"), "g/fed-watchdog: is 0; it must be 1 to 3600000");
    EXPECT_EQ(error_of_guest("timer-watchdog = <3600001>;"),
              "g/timer-watchdog: is 3600001; it must be 1 to 3600000");
    EXPECT_EQ(error_of_guest("timer-watchdog;"),
              "g/timer-watchdog: is 0 bytes long; it must be one cell, milliseconds: <500>");
}

TEST(BadDescription, HasAWindowForRestartsThatThereAreNot)
{
    EXPECT_EQ(error_of_guest("restart-window = <60>;"),
              "g/restart-window: is for guests whose on-fault or on-watchdog is \"restart\"");
    EXPECT_EQ(error_of_guest("restart-window = <0>; on-fault = \"restart\";"),
              "g/restart-window: is 0; it must be 1 to 1000000");
    EXPECT_EQ(error_of_guest("restart-limit = <2>; timer-watchdog = <5>; on-watchdog = \"restart\";"), "none");
}

TEST(BadDescription, LacksWhatARegionMustHave)
{
    EXPECT_EQ(error_of_region("writers = \"a\", \"b\";"),
              "r/size: is missing; it must be two cells, the bytes: <0x0 0x10000> is 64 KiB");
    EXPECT_EQ(error_of_region("size = <0 0x1000>; readers = \"a\", \"b\";"),
              R"(r/writers: is missing; it must be names of guests, such as "linux", "control")");
    EXPECT_EQ(error_of_region("size = <0 0x1000>; writers = \"a\";"),
              "r: is shared by 1 guest; it must be 2 or more");
}

TEST(BadDescription, HasANodeThatIsNeitherGuestNorRegion)
{
    EXPECT_EQ(Read{guest("g", memory) + guest("h", "compatible = \"bulkhead,shared-memory\";")}.error,
              R"(h: there is no property "kernel"; a shared region has compatible, size, writers and readers)");
    EXPECT_EQ(
        Read{guest("g", memory) + "r { compatible = \"bulkhead,shared-memry\"; };"}.error,
        R"(r/compatible: is "bulkhead,shared-memry"; it must be "bulkhead,shared-memory", of a shared region; )"
        "a guest has none");
}

TEST(BadDescription, HasAMisspeltPropertyInARegion)
{
    EXPECT_EQ(error_of_region("sise = <0 0x1000>;"), R"(r: there is no property "sise"; did you mean "size"?)");
    EXPECT_EQ(error_of_region("b { };"), R"(r: a shared region has properties only, not the node "b")");
}

TEST(BadDescription, HasARegionOfNoSizeThatThereCanBe)
{
    const auto error = [](const std::string& cells) {
        return error_of_region("writers = \"a\", \"b\"; size = <" + cells + ">;");
    };
    EXPECT_EQ(error("0x10000"),
              "r/size: is 4 bytes long; it must be two cells, the bytes: <0x0 0x10000> is 64 KiB");
    EXPECT_EQ(error("0 0"), "r/size: is 0 bytes; it must be 4 KiB to 64 MiB");
    EXPECT_EQ(error("0 0x4001000"), "r/size: is 65540 KiB; it must be 4 KiB to 64 MiB");
    EXPECT_EQ(error("0 0x1004"), "r/size: is 4100 bytes; it must be a multiple of 4096");
    EXPECT_EQ(error("0 0x4000000"), "none");
}

TEST(BadDescription, SharesARegionWithNobodyOrTwice)
{
    const auto error = [](const std::string& members) { return error_of_region("size = <0 0x1000>; " + members); };
    EXPECT_EQ(error(R"(writers = "a", "d";)"), R"(r/writers: names "d", which is no guest)");
    EXPECT_EQ(error(R"(writers = "a"; readers = "r";)"), R"(r/readers: names "r", which is no guest)");
    EXPECT_EQ(error(R"(writers = "a", "a";)"), R"(r/writers: names "a" twice)");
    EXPECT_EQ(error(R"(writers = "a"; readers = "b", "b";)"), R"(r/readers: names "b" twice)");
    EXPECT_EQ(error(R"(writers = "a", "b"; readers = "c", "a";)"),
              R"(r/readers: names "a", which is one of the writers, who read too)");
    EXPECT_EQ(error(R"(writers = <1>;)"),
              R"(r/writers: is not a list of strings; it must be names of guests, such as "linux", "control")");
}

TEST(BadDescription, HasTooManyRegions)
{
    std::string all = guest("a", memory) + guest("b", memory);
    for (int i = 0; i < 8; ++i) {
        all += "r" + std::to_string(i) +
               R"( { compatible = "bulkhead,shared-memory"; size = <0 0x1000>; writers = "a", "b"; }; )";
    }
    EXPECT_EQ(Read{all}.error, "none");
    EXPECT_EQ(Read{all + "r8 { compatible = \"x\"; };"}.error, "/: there are 9 shared regions; there may be 8");
}

TEST(BadDescription, HasRegionsAndNoGuest)
{
    EXPECT_EQ(Read{"r { compatible = \"bulkhead,shared-memory\"; };"}.error,
              "/: there is no guest; each guest is a child node of the root");
}

/// What is said of two guests, a with two harts that nobody names and b with harts 2 and 5.
std::string error_on(const std::vector<uint64_t>& harts)
{
    const Read it{guest("a", std::string{"harts = <2>; "} + memory) +
                  guest("b", std::string{"hart-ids = <2 5>; "} + memory)};
    const auto fits = check_harts(*it.description, harts);
    return fits ? "none" : text_of(fits.error());
}

TEST(Description, NamesHartsThatTheMachineHasAndLeavesEnough)
{
    EXPECT_EQ(error_on({0, 2, 4, 5}), "none");
    EXPECT_EQ(error_on({0, 2, 5}), "a/harts: is 2, and the machine has 3, of which other guests take 2");
    EXPECT_EQ(error_on({2, 0, 1, 3}), "b/hart-ids: names hart 5; the machine has 0, 1, 2, 3");
    EXPECT_EQ(error_on({5, (uint64_t{1} << 32) + 2}), "b/hart-ids: names hart 2; the machine has 5, 4294967298");
}

}  // namespace

// The partition description: what a right one says, and for each wrong one the message that tells what would be
// right.
#include <hv/vm/description.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <hv/fdt/writer.hpp>

#include "../fdt/trees.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using fdt::Tree;

std::string text_of(const auto& value)
{
    std::array<char, 800> text{};
    BufferSink sink{text};
    print(sink, "{}", value);
    return std::string{sink.text()};
}

/// A description that is large for a stack, with the tree that it views.
struct Read {
    explicit Read(test::Blob bytes) : blob{std::move(bytes)}
    {
        const auto tree = Tree::open(blob, Description::max_size);
        if (!tree) {
            error = text_of(tree.error());
        } else if (const auto read = read_description(*tree, *description); !read) {
            error = text_of(read.error());
        }
    }

    test::Blob blob;
    std::unique_ptr<Description> description = std::make_unique<Description>();
    std::string error = "none";
};

/// `root` is what stands in the root behind its compatible.
Read read(const std::string& root)
{
    return Read{test::compile("/ { compatible = \"bulkhead,partitions\"; " + root + " };")};
}

constexpr auto all_of_a_guest =
    "harts, hart-ids, memory, kernel, built-in, initrd, bootargs, devices, unsafe-dma, on-fault, on-watchdog, "
    "restart-limit, restart-window, fed-watchdog and timer-watchdog";

constexpr auto needed = "memory = <0 0x8000000>; kernel = [13 00 00 00];";

/// What is said of a guest named linux that has what every guest needs and `properties`.
std::string error_of_guest(const std::string& properties)
{
    return read("linux { " + (needed + properties) + " };").error;
}

/// Likewise, of one that has only `properties`.
std::string error_of_all_of_guest(const std::string& properties)
{
    return read("linux { " + properties + " };").error;
}

TEST(Description, SaysAllOfAGuest)
{
    const Read it = read(R"(#address-cells = <2>; #size-cells = <2>; model = "my system";
        linux { harts = <4>; memory = <0x1 0x0>; kernel = [01 02 03]; initrd = [04]; bootargs = "console=ttyS0";
                on-fault = "restart"; restart-limit = <7>; };)");
    ASSERT_EQ(it.error, "none");
    ASSERT_EQ(it.description->guests.size(), 1U);
    const GuestDescription& guest = it.description->guests[0];
    EXPECT_EQ(guest.name, "linux");
    EXPECT_EQ(guest.harts, 4U);
    EXPECT_EQ(guest.memory, uint64_t{1} << 32);
    ASSERT_EQ(guest.kernel.size(), 3U);
    EXPECT_EQ(guest.kernel[2], std::byte{3});
    ASSERT_EQ(guest.initrd.size(), 1U);
    EXPECT_EQ(guest.initrd[0], std::byte{4});
    EXPECT_EQ(guest.bootargs, "console=ttyS0");
    EXPECT_EQ(guest.on_fault, OnFault::restart);
    EXPECT_EQ(guest.restart_limit, 7U);
}

TEST(Description, HasDefaultsForWhatIsNotSaid)
{
    const Read it = read(std::string{"g {"} + needed + "};");
    ASSERT_EQ(it.error, "none");
    const GuestDescription& guest = it.description->guests[0];
    EXPECT_EQ(guest.harts, 1U);
    EXPECT_TRUE(guest.initrd.empty());
    EXPECT_TRUE(guest.bootargs.empty());
    EXPECT_EQ(guest.on_fault, OnFault::stop);
    EXPECT_EQ(guest.restart_limit, 3U);
}

TEST(Description, CountsGuestsInTheTreesOrder)
{
    const std::string body = std::string{" {"} + needed + "}; ";
    const Read it = read("zeta" + body + "alpha" + body + "m.1_x+2-3" + body);
    ASSERT_EQ(it.error, "none");
    ASSERT_EQ(it.description->guests.size(), 3U);
    EXPECT_EQ(it.description->guests[0].name, "zeta");
    EXPECT_EQ(it.description->guests[1].name, "alpha");
    EXPECT_EQ(it.description->guests[2].name, "m.1_x+2-3");
}

TEST(Description, MayCarryImagesOfManyMegabytes)
{
    const std::vector<std::byte> image(size_t{40} << 20, std::byte{0x13});
    test::Blob room(image.size() + 4096);
    fdt::Writer writer{room};
    writer.begin_node("");
    writer.property_string("compatible", "bulkhead,partitions");
    writer.begin_node("g");
    writer.property_u64("memory", uint64_t{128} << 20);
    writer.property_bytes("kernel", image);
    writer.end_node();
    writer.end_node();
    ASSERT_TRUE(writer.finish());
    const Read it{std::move(room)};
    EXPECT_EQ(it.error, "none");
    EXPECT_EQ(it.description->guests[0].kernel.size(), image.size());
}

TEST(Description, TakesEveryFaultPolicy)
{
    for (const OnFault each : {OnFault::stop, OnFault::restart, OnFault::halt_machine}) {
        const Read it = read("g {" + (needed + ("on-fault = \"" + std::string{name_of(each)} + "\"; };")));
        ASSERT_EQ(it.error, "none");
        EXPECT_EQ(it.description->guests[0].on_fault, each);
    }
}

TEST(BadDescription, HasNoCompatible)
{
    EXPECT_EQ(Read{test::compile("/ { linux { }; };")}.error,
              R"(/compatible: is missing; it must be "bulkhead,partitions")");
}

TEST(BadDescription, IsAnotherKindOfTree)
{
    EXPECT_EQ(Read{test::compile("/ { compatible = \"riscv-virtio\"; cpus { }; };")}.error,
              R"(/compatible: is "riscv-virtio"; it must be "bulkhead,partitions")");
    EXPECT_EQ(Read{test::compile("/ { compatible; };")}.error,
              R"(/compatible: is ""; it must be "bulkhead,partitions")");
}

TEST(BadDescription, HasAPropertyOfAGuestInTheRoot)
{
    EXPECT_EQ(read("bootargs = \"quiet\";").error,
              R"(/: there is no property "bootargs"; the root has compatible, model, #address-cells, #size-cells, )"
              "dump-device-trees and stats");
    EXPECT_EQ(read("stat;").error, R"(/: there is no property "stat"; did you mean "stats"?)");
}

TEST(BadDescription, HasNoGuest)
{
    EXPECT_EQ(read("").error, "/: there is no guest; each guest is a child node of the root");
}

TEST(BadDescription, HasTooManyGuests)
{
    std::string guests;
    for (int i = 0; i < 18; ++i) {
        guests += "g" + std::to_string(i) + " {" + needed + "}; ";
    }
    EXPECT_EQ(read(guests).error, "/: there are 18 guests; there may be 16");
}

TEST(BadDescription, HasAGuestWithAUnitAddress)
{
    EXPECT_EQ(read("g@1 { };").error, "g@1: a guest's name may have letters, digits and , . _ + - only");
}

TEST(BadDescription, HasAGuestWithALongName)
{
    EXPECT_EQ(read("g" + std::string(30, 'x') + " {" + needed + "};").error, "none");
    EXPECT_EQ(read("g" + std::string(31, 'x') + " { };").error,
              "g" + std::string(31, 'x') + ": the name has 32 characters; it may have 31");
}

TEST(BadDescription, HasAMisspeltProperty)
{
    EXPECT_EQ(error_of_guest("bootarg = \"quiet\";"),
              R"(linux: there is no property "bootarg"; did you mean "bootargs"?)");
    EXPECT_EQ(error_of_guest("harst = <1>;"), R"(linux: there is no property "harst"; did you mean "harts"?)");
    EXPECT_EQ(error_of_guest("Harts = <1>;"), R"(linux: there is no property "Harts"; did you mean "harts"?)");
    EXPECT_EQ(error_of_guest("on_fault = \"stop\";"),
              R"(linux: there is no property "on_fault"; did you mean "on-fault"?)");
    EXPECT_EQ(error_of_guest("initramfs = [00];"),
              std::string{R"(linux: there is no property "initramfs"; a guest has )"} + all_of_a_guest);
}

TEST(BadDescription, HasAPropertyNameOfAnyLength)
{
    EXPECT_EQ(error_of_guest(std::string(1000, 'x') + " = <1>;"),
              "linux: there is no property \"" + std::string(60, 'x') + "\"; a guest has " + all_of_a_guest);
}

TEST(BadDescription, HasANodeInAGuest)
{
    EXPECT_EQ(error_of_guest("serial { };"), R"(linux: a guest has properties only, not the node "serial")");
}

TEST(BadDescription, LacksTheKernel)
{
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x8000000>;"),
              R"(linux/kernel: is missing; it must be the image itself: /incbin/("Image"))");
}

TEST(BadDescription, LacksTheMemory)
{
    EXPECT_EQ(error_of_all_of_guest("kernel = [00];"),
              "linux/memory: is missing; it must be two cells, the bytes: <0x0 0x10000000> is 256 MiB; or four, "
              "the base before them");
}

TEST(BadDescription, HasAnEmptyImage)
{
    EXPECT_EQ(error_of_all_of_guest("kernel;"),
              R"(linux/kernel: is empty; it must be the image itself: /incbin/("Image"))");
    EXPECT_EQ(error_of_guest("initrd;"),
              R"(linux/initrd: is empty; it must be the file itself: /incbin/("initrd.cpio"))");
}

TEST(BadDescription, AsksForAWrongNumberOfHarts)
{
    EXPECT_EQ(error_of_guest("harts = <0>;"), "linux/harts: is 0; it must be 1 to 8");
    EXPECT_EQ(error_of_guest("harts = <9>;"), "linux/harts: is 9; it must be 1 to 8");
    EXPECT_EQ(error_of_guest("harts = <0xffffffff>;"), "linux/harts: is 4294967295; it must be 1 to 8");
}

TEST(BadDescription, GivesTheHartsInAnotherForm)
{
    EXPECT_EQ(error_of_guest("harts = <0 2>;"), "linux/harts: is 8 bytes long; it must be one cell, such as <2>");
    EXPECT_EQ(error_of_guest("harts = \"2\";"), "linux/harts: is 2 bytes long; it must be one cell, such as <2>");
    EXPECT_EQ(error_of_guest("harts;"), "linux/harts: is 0 bytes long; it must be one cell, such as <2>");
}

TEST(BadDescription, AsksForTooLittleOrTooMuchMemory)
{
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x3ff000>; kernel = [00];"),
              "linux/memory: is 4092 KiB; it must be 4 MiB to 254 GiB");
    EXPECT_EQ(error_of_all_of_guest("memory = <0xffffffff 0xffffffff>; kernel = [00];"),
              "linux/memory: is 18446744073709551615 bytes; it must be 4 MiB to 254 GiB");
    EXPECT_EQ(error_of_all_of_guest("memory = <0x3f 0x80001000>; kernel = [00];"),
              "linux/memory: is 266338308 KiB; it must be 4 MiB to 254 GiB");
    EXPECT_EQ(error_of_all_of_guest("memory = <0x3f 0x80000000>; kernel = [00];"), "none");
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x400000>; kernel = [00];"), "none");
}

TEST(BadDescription, AsksForAPartOfAPageOfMemory)
{
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x8000800>; kernel = [00];"),
              "linux/memory: is 134219776 bytes; it must be a multiple of 4096");
}

TEST(BadDescription, GivesTheMemoryInAnotherForm)
{
    constexpr auto right =
        "; it must be two cells, the bytes: <0x0 0x10000000> is 256 MiB; or four, the base before them";
    EXPECT_EQ(error_of_all_of_guest("memory = <0x10000000>;"),
              std::string{"linux/memory: is 4 bytes long"} + right);
    EXPECT_EQ(error_of_all_of_guest("memory = \"256M\";"), std::string{"linux/memory: is 5 bytes long"} + right);
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x80000000 0x10000000>;"),
              std::string{"linux/memory: is 12 bytes long"} + right);
}

TEST(BadDescription, HasImagesLargerThanTheMemory)
{
    const std::string large = "[" + std::string(2 * ((4U << 20) + 4096), '1') + "]";
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x400000>; kernel = " + large + ";"),
              "linux/kernel: is 4100 KiB, and the guest's memory 4 MiB");
    EXPECT_EQ(error_of_all_of_guest("memory = <0 0x400000>; kernel = [00]; initrd = " + large + ";"),
              "linux/initrd: is 4100 KiB, and the guest's memory 4 MiB");
}

TEST(BadDescription, HasBootargsThatAreNotOneString)
{
    constexpr auto message =
        R"(linux/bootargs: is not one string of text; it must be one string, such as "console=ttyS0")";
    EXPECT_EQ(error_of_guest(R"(bootargs = "a", "b";)"), message);
    EXPECT_EQ(error_of_guest("bootargs = [61 62];"), message);
    EXPECT_EQ(error_of_guest("bootargs;"), message);
}

TEST(BadDescription, HasBootargsThatAreTooLong)
{
    EXPECT_EQ(error_of_guest("bootargs = \"" + std::string(2047, 'x') + "\";"), "none");
    EXPECT_EQ(error_of_guest("bootargs = \"" + std::string(2048, 'x') + "\";"),
              "linux/bootargs: has 2048 characters; it may have 2047");
}

TEST(BadDescription, HasAFaultPolicyThatIsNone)
{
    EXPECT_EQ(error_of_guest("on-fault = \"reboot\";"),
              R"(linux/on-fault: is "reboot"; it must be "stop", "restart" or "halt-machine")");
    EXPECT_EQ(error_of_guest("on-fault = <1>;"),
              R"(linux/on-fault: is not one string of text; it must be "stop", "restart" or "halt-machine")");
    EXPECT_EQ(error_of_guest("on-fault = [1b 5b 32 4a 00];"),
              R"(linux/on-fault: is "\x1b[2J"; it must be "stop", "restart" or "halt-machine")");
}

TEST(BadDescription, LimitsRestartsThatThereAreNot)
{
    constexpr auto message = R"(linux/restart-limit: is for guests whose on-fault or on-watchdog is "restart")";
    EXPECT_EQ(error_of_guest("restart-limit = <1>;"), message);
    EXPECT_EQ(error_of_guest("restart-limit = <1>; on-fault = \"stop\";"), message);
    EXPECT_EQ(error_of_guest("restart-limit = <0>; on-fault = \"restart\";"),
              "linux/restart-limit: is 0; it must be 1 to 1000000");
    EXPECT_EQ(error_of_guest("restart-limit = <1>; on-fault = \"restart\";"), "none");
}

// What dtc refuses to compile can still come in a blob.

TEST(BadDescription, HasAPropertyTwice)
{
    const auto blob = test::write_tree([](void* tree) {
        fdt_begin_node(tree, "");
        fdt_property_string(tree, "compatible", "bulkhead,partitions");
        fdt_begin_node(tree, "linux");
        fdt_property_u32(tree, "harts", 1);
        fdt_property_u32(tree, "harts", 2);
        fdt_end_node(tree);
        fdt_end_node(tree);
    });
    EXPECT_EQ(Read{blob}.error, "linux/harts: is there twice");
}

TEST(BadDescription, HasTwoGuestsOfOneName)
{
    const auto blob = test::write_tree([](void* tree) {
        fdt_begin_node(tree, "");
        fdt_property_string(tree, "compatible", "bulkhead,partitions");
        for (int i = 0; i < 2; ++i) {
            fdt_begin_node(tree, "linux");
            fdt_property_u64(tree, "memory", 4U << 20);
            fdt_property_u32(tree, "kernel", 0x13);
            fdt_end_node(tree);
        }
        fdt_end_node(tree);
    });
    EXPECT_EQ(Read{blob}.error, "linux: two nodes have this name");
}

/// What is said of two guests, a with 3 harts and b with 2, on a machine.
std::string error_on(uint64_t harts)
{
    const Read it = read("a { harts = <3>; memory = <0 0x4000000>; kernel = [00]; };"
                         "b { harts = <2>; memory = <0 0x8000000>; kernel = [00]; };");
    const std::vector<uint64_t> ids(harts, 7);
    const auto fits = check_harts(*it.description, ids);
    return fits ? "none" : text_of(fits.error());
}

TEST(Description, IsCheckedAgainstTheMachine)
{
    EXPECT_EQ(error_on(5), "none");
    EXPECT_EQ(error_on(4), "b/harts: is 2, and the machine has 4, of which other guests take 3");
    EXPECT_EQ(error_on(2), "a/harts: is 3, and the machine has 2");
}

}  // namespace

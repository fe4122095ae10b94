// Guests' harts and memory on a machine: who gets what, and the messages where there is too little.
#include <hv/vm/placement.hpp>

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

#include "../fdt/trees.hpp"

namespace hv::vm {
namespace {

using mm::Holder;
using testing::ElementsAre;

constexpr uint64_t mib = 1 << 20;

PhysRange block(uint64_t start, uint64_t mebibytes)
{
    return {PhysAddr{start}, mebibytes * mib};
}

/// A machine of 128 MiB and four harts, as QEMU's: the heap is 60 MiB, then an initrd of 2 MiB.
struct Machine {
    Description description{};
    Placement placement{};
    std::vector<PhysRange> ram{block(0x8000'0000, 128)};
    std::vector<mm::Claim> claims{{Holder::device_tree, {PhysAddr{0x87e0'0000}, 8192}, {}},
                                  {Holder::initrd, block(0x8420'0000, 2), {}},
                                  {Holder::reserved, {PhysAddr{0x8000'0000}, 0x8'0000}, "firmware"},
                                  {Holder::reserved, {PhysAddr{0x8000'0000}, 0x4'0000}, "firmware again"},
                                  {Holder::hypervisor, block(0x8020'0000, 1), "image"},
                                  {Holder::hypervisor, block(0x8030'0000, 1), "stack"}};
    std::vector<uint64_t> harts{2, 0, 1, 7};
    const fdt::Tree* tree = nullptr;
    fdt::HostMachine host{};

    GuestDescription& add(std::string_view name, uint64_t mebibytes, uint32_t harts_wanted = 1)
    {
        GuestDescription guest;
        guest.name = name;
        guest.memory = mebibytes * mib;
        guest.harts = harts_wanted;
        description.guests.push_back(guest);
        return description.guests.back();
    }
    /// The error's text, or "".
    std::string place_all()
    {
        const auto done = place(description,
                                {.ram = ram,
                                 .claims = claims,
                                 .heap = PhysRange::between(PhysAddr{0x8040'0000}, PhysAddr{0x8420'0000}),
                                 .harts = harts,
                                 .tree = tree,
                                 .host = &host},
                                placement);
        if (done) {
            return "";
        }
        char text[512];
        BufferSink sink{text};
        print(sink, "{}", done.error());
        return std::string{sink.text()};
    }
};

struct Placed : testing::Test {
    std::unique_ptr<Machine> owner = std::make_unique<Machine>();
    Machine& m = *owner;
};

TEST_F(Placed, GuestsFollowEachOtherAboveTheHeap)
{
    m.add("a", 8);
    m.add("b", 16);
    EXPECT_EQ(m.place_all(), "");
    EXPECT_THAT(m.placement.guests[0].memory, ElementsAre(block(0x8440'0000, 8)));
    EXPECT_THAT(m.placement.guests[1].memory, ElementsAre(block(0x84c0'0000, 16)));
    EXPECT_EQ(m.placement.heap, PhysRange::between(PhysAddr{0x8040'0000}, PhysAddr{0x8420'0000}));
}

TEST_F(Placed, AGuestThatIsLargerThanAnyPieceGetsTheHeapsEndToo)
{
    m.add("a", 80);
    EXPECT_EQ(m.place_all(), "");
    EXPECT_THAT(m.placement.guests[0].memory, ElementsAre(block(0x8440'0000, 58), block(0x82c0'0000, 22)));
    EXPECT_EQ(m.placement.heap, PhysRange::between(PhysAddr{0x8040'0000}, PhysAddr{0x82c0'0000}));
}

TEST_F(Placed, AGuestGetsThePagesItAskedForAndNextGuestsStartAtALargePage)
{
    m.add("a", 8).memory += 4096;
    m.add("b", 4);
    EXPECT_EQ(m.place_all(), "");
    EXPECT_THAT(m.placement.guests[0].memory, ElementsAre(PhysRange{PhysAddr{0x8440'0000}, 8 * mib + 4096}));
    EXPECT_THAT(m.placement.guests[1].memory, ElementsAre(block(0x84e0'0000, 4)));
}

TEST_F(Placed, ABaseIsKeptAndTheOthersGoAround)
{
    m.add("a", 8);
    m.add("b", 16).memory_base = PhysAddr{0x8440'0000};
    EXPECT_EQ(m.place_all(), "");
    EXPECT_THAT(m.placement.guests[1].memory, ElementsAre(block(0x8440'0000, 16)));
    EXPECT_THAT(m.placement.guests[0].memory, ElementsAre(block(0x8540'0000, 8)));
}

TEST_F(Placed, ABaseInTheHeapCutsIt)
{
    m.add("a", 8).memory_base = PhysAddr{0x8200'0000};
    m.add("b", 8);
    EXPECT_EQ(m.place_all(), "");
    EXPECT_EQ(m.placement.heap, PhysRange::between(PhysAddr{0x8040'0000}, PhysAddr{0x8200'0000}));
    // What was the heap's behind it is free.
    EXPECT_THAT(m.placement.guests[1].memory, ElementsAre(block(0x8280'0000, 8)));
}

TEST_F(Placed, ABaseOnWhatSomebodyHoldsIsRefused)
{
    GuestDescription& guest = m.add("a", 8);
    const auto at = [&](uint64_t base) {
        Machine fresh;
        guest.memory_base = PhysAddr{base};
        fresh.description.guests.push_back(guest);
        return fresh.place_all();
    };
    EXPECT_EQ(at(0x8400'0000),
              "a/memory: lies at 0x84000000..0x84800000, which overlaps the initrd 0x84200000..0x84400000");
    EXPECT_EQ(at(0x8780'0000),
              "a/memory: lies at 0x87800000..0x88000000, which overlaps the device tree 0x87e00000..0x87e02000");
    EXPECT_EQ(at(0x8000'0000), "a/memory: lies at 0x80000000..0x80800000, which overlaps the reserved range "
                               "firmware 0x80000000..0x80080000");
    EXPECT_EQ(at(0x8020'0000), "a/memory: lies at 0x80200000..0x80a00000, which overlaps the hypervisor's image "
                               "0x80200000..0x80300000");
    EXPECT_EQ(at(0x87a0'0000),
              "a/memory: lies at 0x87a00000..0x88200000, which is not all RAM; RAM is 0x80000000..0x88000000");
    EXPECT_EQ(at(0x9000'0000),
              "a/memory: lies at 0x90000000..0x90800000, which is not all RAM; RAM is 0x80000000..0x88000000");
    EXPECT_EQ(at(0x8060'0000), "a/memory: lies at 0x80600000..0x80e00000, which leaves the hypervisor's heap "
                               "2097152 bytes short of the 4194304 that it needs");
    EXPECT_EQ(at(0x8080'0000), "");
}

TEST_F(Placed, TheBuiltInGuestRunsOnlyWhereItIsLinked)
{
    GuestDescription& guest = m.add("a", 8);
    guest.built_in = true;
    guest.memory_base = PhysAddr{0x8600'0000};
    EXPECT_EQ(m.place_all(), "a/built-in: is for guests whose memory has no base: it is linked for 0x80200000");
}

TEST_F(Placed, ABaseMayCrossBanksThatTouch)
{
    m.ram = {block(0x8000'0000, 64), block(0x8400'0000, 64)};
    m.claims[1].range.start = PhysAddr{0x8700'0000};
    m.add("a", 16).memory_base = PhysAddr{0x8380'0000};
    EXPECT_EQ(m.place_all(), "");
}

TEST_F(Placed, TooLittleMemorySaysHowMuchIsShortAndWhoHasTheRest)
{
    m.add("a", 40).memory_base = PhysAddr{0x8440'0000};
    m.add("b", 20);
    m.add("c", 64);
    EXPECT_EQ(m.place_all(),
              "c/memory: is 64 MiB, and the machine is 8388608 bytes short: of 128 MiB of RAM the hypervisor holds "
              "6 MiB, firmware 512 KiB, the device tree 8 KiB, the description 2 MiB, other guests 60 MiB");
    EXPECT_TRUE(m.placement.guests[1].memory.empty());
}

TEST_F(Placed, TheLastByteThatThereIsCanBeGiven)
{
    m.add("a", 116);  // 58 behind the initrd, 58 of the heap
    EXPECT_EQ(m.place_all(), "");
    Machine fresh;
    fresh.add("a", 118);
    EXPECT_THAT(fresh.place_all(),
                testing::StartsWith("a/memory: is 118 MiB, and the machine is 2097152 bytes short"));
}

TEST_F(Placed, MemoryInManyPiecesIsAllGivenAndNoByteMore)
{
    const auto with = [](uint64_t mebibytes) {
        auto fresh = std::make_unique<Machine>();
        fresh->ram = {block(0x8000'0000, 1024)};
        for (const char* name : {"0", "1", "2", "3", "4", "5", "6", "7", "8"}) {
            const uint64_t number = fresh->description.guests.size();
            fresh->add(name, 4).memory_base = PhysAddr{0x9000'0000 + number * 6 * mib};
        }
        fresh->harts = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        fresh->add("big", mebibytes);
        return fresh;
    };
    // Below the device tree and behind it, in 8 gaps between guests, behind those, and the heap's end.
    const auto most = with(58 + 128 + 8 * 2 + 716 + 58);
    EXPECT_EQ(most->place_all(), "");
    uint64_t size = 0;
    for (const PhysRange& piece : most->placement.guests[9].memory) {
        size += piece.size;
    }
    EXPECT_EQ(size, most->description.guests[9].memory);
    EXPECT_EQ(most->placement.guests[9].memory.size(), 12U);
    EXPECT_THAT(with(58 + 128 + 8 * 2 + 716 + 60)->place_all(),
                testing::StartsWith("big/memory: is 978 MiB, and the machine is 2097152 bytes short: of 1 GiB"));
}

TEST_F(Placed, AGuestCanHaveAsManyPiecesAsThereCanBe)
{
    constexpr uint64_t bank = 64;
    m.ram = {block(0x8000'0000, 128)};
    while (m.ram.size() != fdt::HostMachine::max_ram_banks) {
        m.ram.push_back(block(0x9000'0000 + m.ram.size() * 2 * bank * mib, bank));
    }
    uint64_t at = m.ram[1].start.value() + 2 * mib;
    const auto next = [&] {
        const uint64_t here = at;
        at += 4 * mib;
        if (at + 4 * mib > (here & ~(2 * bank * mib - 1)) + bank * mib) {
            at = (here & ~(2 * bank * mib - 1)) + 2 * bank * mib + 2 * mib;
        }
        return PhysAddr{here};
    };
    while (m.claims.size() != MachineRequest::max_claims) {
        m.claims.push_back({Holder::reserved, {next(), 4096}, "r"});
    }
    m.harts.clear();
    for (size_t i = 0; i + 1 != Description::max_guests; ++i) {
        m.harts.push_back(i);
        m.add("g", 4).memory_base = next();
        at += 4 * mib;
    }
    m.harts.push_back(99);
    Machine again = m;
    again.add("all", 2048);
    const std::string why = again.place_all();
    const size_t number = why.find("machine is ");
    ASSERT_NE(number, std::string::npos) << why;
    m.add("all", 2048).memory -= std::stoull(why.substr(number + 11));
    EXPECT_EQ(m.place_all(), "");
    const auto& pieces = m.placement.guests.back().memory;
    uint64_t size = 0;
    for (const PhysRange& piece : pieces) {
        size += piece.size;
    }
    EXPECT_EQ(size, m.description.guests.back().memory);
    EXPECT_GT(pieces.size(), 50U);
}

TEST_F(Placed, SharedRegionsHaveAPlaceOfTheirOwn)
{
    RegionDescription region;
    region.name = "ring";
    region.size = 0x3000;
    m.description.regions.push_back(region);
    region.size = 4 * mib;
    m.description.regions.push_back(region);
    m.add("a", 8);
    EXPECT_EQ(m.place_all(), "");
    EXPECT_THAT(m.placement.regions, ElementsAre(PhysRange{PhysAddr{0x8440'0000}, 0x3000}, block(0x8460'0000, 4)));
    EXPECT_THAT(m.placement.guests[0].memory, ElementsAre(block(0x84a0'0000, 8)));
}

TEST_F(Placed, ARegionForWhichThereIsNoRoomIsNamed)
{
    RegionDescription region;
    region.name = "ring";
    region.size = 64 * mib;
    m.description.regions.push_back(region);
    m.add("a", 56).memory_base = PhysAddr{0x8440'0000};
    // The heap has 58 to give, and behind the guest there are 2.
    EXPECT_THAT(m.place_all(), testing::StartsWith("ring/size: is 64 MiB in one piece, and the machine is 6291456 "
                                                   "bytes short: of 128 MiB of RAM the hypervisor holds 6 MiB"));
}

TEST_F(Placed, WhatIsShortForARegionAreLargePages)
{
    RegionDescription region;
    region.name = "ring";
    region.size = 0x1000;
    m.description.regions.push_back(region);
    m.add("a", 58).memory_base = PhysAddr{0x8440'0000};
    m.add("b", 56).memory_base = PhysAddr{0x8080'0000};
    m.claims.push_back({Holder::reserved, {PhysAddr{0x8400'0000}, 0x1000}, "above b"});
    EXPECT_THAT(m.place_all(), testing::StartsWith("ring/size: is 4 KiB in one piece, and the machine is 2097152 "
                                                   "bytes short: of 128 MiB of RAM"));
}

TEST_F(Placed, ARegionMayLieAtTheHeapsEnd)
{
    RegionDescription region;
    region.name = "ring";
    region.size = 32 * mib;
    m.description.regions.push_back(region);
    m.add("a", 56).memory_base = PhysAddr{0x8440'0000};
    EXPECT_EQ(m.place_all(), "");
    EXPECT_EQ(m.placement.regions[0], block(0x8220'0000, 32));
    EXPECT_EQ(m.placement.heap.end(), PhysAddr{0x8220'0000});
}

TEST_F(Placed, HartsThatAreNamedAreGivenAndTheOthersInOrder)
{
    m.add("a", 4, 2);
    m.add("b", 4, 2);
    m.description.guests[1].hart_ids.push_back(7);
    m.description.guests[1].hart_ids.push_back(2);
    EXPECT_EQ(m.place_all(), "");
    EXPECT_THAT(m.placement.guests[0].harts, ElementsAre(1, 2));
    EXPECT_THAT(m.placement.guests[1].harts, ElementsAre(3, 0));
}

TEST_F(Placed, ADeviceOnWhatSomebodyHoldsIsRefused)
{
    const test::Blob blob = test::compile("/ { #address-cells = <2>; #size-cells = <2>; flash@20000000 { "
                                          "reg = <0 0x20000000 0 0x1000000>, <0 0x21000000 0 0x1000800>; }; };");
    const auto tree = fdt::Tree::open(blob);
    const auto with = [&](mm::Claim claim) {
        const auto fresh = std::make_unique<Machine>();
        fresh->tree = &*tree;
        fresh->claims.push_back(claim);
        fresh->add("a", 8).devices.push_back("/flash@20000000");
        return fresh->place_all();
    };
    EXPECT_EQ(with({Holder::initrd, {PhysAddr{0x2003'2000}, 0xd3}, {}}),
              "a/devices: \"/flash@20000000\" overlaps the initrd 0x20032000..0x200320d3");
    // In the second place's last page, behind the registers.
    EXPECT_EQ(with({Holder::reserved, {PhysAddr{0x2200'0c00}, 0x1000}, "secrets"}),
              "a/devices: \"/flash@20000000\" overlaps the reserved range secrets 0x22000c00..0x22001c00");
    EXPECT_EQ(with({Holder::reserved, {PhysAddr{0x2200'1000}, 0x1000}, "next"}), "");
}

TEST_F(Placed, ADeviceHasOneOwnerHoweverItsPathIsSpelt)
{
    const test::Blob blob =
        test::compile("/ { #address-cells = <2>; #size-cells = <2>; "
                      "flash@20000000 { reg = <0 0x20000000 0 0x1000>, <0 0x22000000 0 0x1000>; };"
                      "rtc@30000000 { reg = <0 0x30000000 0 0x1000>; }; };");
    const auto tree = fdt::Tree::open(blob);
    const auto with = [&](std::string_view first, std::string_view second, bool is_one_guest) {
        const auto fresh = std::make_unique<Machine>();
        fresh->tree = &*tree;
        fresh->add("a", 8).devices.push_back(first);
        fresh->add("b", 8);
        fresh->description.guests[is_one_guest ? 0 : 1].devices.push_back(second);
        return fresh->place_all();
    };
    for (const std::string_view again : {"/flash", "//flash@20000000", "/flash@20000000/"}) {
        const std::string wrong =
            "/devices: \"" + std::string{again} + "\" is a device that is named by another path, too";
        EXPECT_EQ(with("/flash@20000000", again, false), "b" + wrong);
        EXPECT_EQ(with("/flash@20000000", again, true), "a" + wrong);
        EXPECT_EQ(with("/rtc@30000000", again, false), "");
        EXPECT_EQ(with("/rtc@30000000", again, true), "");
    }
}

TEST_F(Placed, AHartThatThereIsNotIsNamed)
{
    m.add("a", 4).hart_ids.push_back(3);
    EXPECT_EQ(m.place_all(), "a/hart-ids: names hart 3; the machine has 0, 1, 2, 7");
}

}  // namespace
}  // namespace hv::vm

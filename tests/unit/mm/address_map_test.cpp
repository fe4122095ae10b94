// The hypervisor's list of regions: putting it together, and its words for a fault.
#include <hv/mm/address_map.hpp>

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace hv::mm {
namespace {

const std::array<MemoryRegion, 4> map{{
    {"text", {PhysAddr{0x8020'0000}, 0x8000}, KernelAccess::read_execute},
    {"data", {PhysAddr{0x8020'8000}, 0x4000}, KernelAccess::read_write},
    {"heap", {PhysAddr{0x8030'0000}, 0x4000}, KernelAccess::read_write},
    {"guard page below its stack", {PhysAddr{0x8030'4000}, 0x1000}, std::nullopt, 3},
}};

std::string describe(Access access, uint64_t address)
{
    std::array<char, 200> buffer{};
    BufferSink sink{buffer};
    {
        FormatOutput out{sink};
        describe_fault(out, map, access, VirtAddr{address});
    }
    return std::string{sink.text()};
}

TEST(AddressMap, NamesTheRegionThatAFaultHitAndWhatMayBeDoneThere)
{
    EXPECT_EQ(describe(Access::store, 0x8020'0010), "store to 0x80200010, in text (read and execute)");
    EXPECT_EQ(describe(Access::jump, 0x8020'8000), "jump to 0x80208000, in data (read and write)");
}

TEST(AddressMap, CallsAHitOnAGuardPageAStackOverflowOfItsHart)
{
    EXPECT_EQ(describe(Access::store, 0x8030'4ff8),
              "stack overflow on hart 3: store to 0x80304ff8, in the guard page below its stack");
}

TEST(AddressMap, SaysWhereNothingIsMapped)
{
    EXPECT_EQ(describe(Access::load, 0x10), "load from 0x10, where nothing is mapped");
    EXPECT_EQ(describe(Access::load, 0x8020'c000), "load from 0x8020c000, where nothing is mapped");
}

TEST(AddressMap, FindsTheRegionThatHoldsAnAddress)
{
    EXPECT_EQ(find_region(map, PhysAddr{0x8030'3fff})->name, "heap");
    EXPECT_EQ(find_region(map, PhysAddr{0x8030'4000})->name, "guard page below its stack");
    EXPECT_EQ(find_region(map, PhysAddr{0x8040'0000}), nullptr);
}

TEST(AddressMap, LeavesHolesOutOfTheRegionAroundThem)
{
    Vector<MemoryRegion> regions;
    const MemoryRegion heap{"heap", {PhysAddr{0x1000}, 0x9000}, KernelAccess::read_write};
    const std::array<PhysRange, 3> holes{{
        {PhysAddr{0x1000}, 0x1000},
        {PhysAddr{0x4000}, 0x1000},
        {PhysAddr{0x5000}, 0x2000},
    }};
    add_around(regions, heap, holes);
    ASSERT_EQ(regions.size(), 2U);
    EXPECT_EQ(regions[0].range, (PhysRange{PhysAddr{0x2000}, 0x2000}));
    EXPECT_EQ(regions[1].range, (PhysRange{PhysAddr{0x7000}, 0x3000}));
    EXPECT_EQ(regions[1].name, "heap");
}

TEST(AddressMap, KeepsARegionWithoutHolesWhole)
{
    Vector<MemoryRegion> regions;
    const MemoryRegion heap{"heap", {PhysAddr{0x1000}, 0x9000}, KernelAccess::read_write};
    add_around(regions, heap, {});
    ASSERT_EQ(regions.size(), 1U);
    EXPECT_EQ(regions[0].range, heap.range);
}

TEST(AddressMap, MapsTheWholePagesThatADeviceTouches)
{
    Vector<MemoryRegion> regions;
    add_pages_of(regions, {"console", {PhysAddr{0x1000'0ff8}, 0x1010}, KernelAccess::read_write});
    ASSERT_EQ(regions.size(), 1U);
    EXPECT_EQ(regions[0].range, (PhysRange{PhysAddr{0x1000'0000}, 0x3000}));
}

TEST(AddressMap, MapsAPageThatTwoDevicesShareOnce)
{
    Vector<MemoryRegion> regions;
    add_pages_of(regions, {"console", {PhysAddr{0x1000'0000}, 0x100}, KernelAccess::read_write});
    add_pages_of(regions, {"finisher", {PhysAddr{0x1000'0800}, 0x1000}, KernelAccess::read_write});
    ASSERT_EQ(regions.size(), 2U);
    EXPECT_EQ(regions[1].name, "finisher");
    EXPECT_EQ(regions[1].range, (PhysRange{PhysAddr{0x1000'1000}, 0x1000}));
}

TEST(AddressMap, NamesTheHartOfARegionThatBelongsToOne)
{
    const MemoryRegion stack{"stack", {PhysAddr{0x8030'5000}, 0x4000}, KernelAccess::read_write, 7};
    std::array<char, 64> buffer{};
    BufferSink sink{buffer};
    print(sink, "{} and {}", stack, map[0]);
    EXPECT_EQ(sink.text(), "stack of hart 7 and text");
}

}  // namespace
}  // namespace hv::mm

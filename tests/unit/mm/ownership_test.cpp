// The table of owners: one for everything, and what stands in the way of a second.
#include <hv/mm/ownership.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_heap.hpp"

namespace hv::mm {
namespace {

constexpr PhysAddr at(uint64_t address)
{
    return PhysAddr{address};
}

std::string name_of_owner_at(const OwnershipTable& table, uint64_t address)
{
    char text[128];
    BufferSink sink{text};
    print(sink, "{}", NamedOwner{table, table.at(at(address))});
    return std::string{sink.text()};
}

/// 64 KiB of RAM at 0x1000: the heap's first 16 KiB, then guest a's 16, then a region that a writes and b reads.
struct Owners : testing::Test {
    Owners()
    {
        table.add_guest("a");
        table.add_guest("b");
        const size_t ring = table.add_shared({.name = "ring", .readers = 3, .writers = 1});
        EXPECT_FALSE(table.add({{at(0x5000), 0x4000}, Owner::guest(0), "memory"}));
        EXPECT_FALSE(table.add({{at(0x9000), 0x1000}, Owner::shared(ring), "shared memory"}));
        EXPECT_FALSE(table.add({{at(0x1000), 0x4000}, Owner::hypervisor(), "heap"}));
        table.add_rest({{at(0x1000), 0x1'0000}, {}, "free"});
    }
    OwnershipTable table;
};

TEST_F(Owners, AreFoundByAddress)
{
    EXPECT_EQ(name_of_owner_at(table, 0x1000), "the hypervisor (heap)");
    EXPECT_EQ(name_of_owner_at(table, 0x4fff), "the hypervisor (heap)");
    EXPECT_EQ(name_of_owner_at(table, 0x5000), "guest a");
    EXPECT_EQ(name_of_owner_at(table, 0x9fff), "the shared memory ring");
    EXPECT_EQ(name_of_owner_at(table, 0xa000), "nobody");
    EXPECT_EQ(name_of_owner_at(table, 0xfff), "nobody");
}

TEST_F(Owners, KnowFreeMemoryFromNone)
{
    EXPECT_EQ(table.at(at(0xa000)).what, "free");
    EXPECT_EQ(table.at(at(0xa000)).range, (PhysRange{at(0xa000), 0x7000}));
    EXPECT_EQ(table.at(at(0x1'1000)).what, "");
}

TEST_F(Owners, StandInTheWayOfASecond)
{
    const size_t before = table.ranges().size();
    const auto other = table.add({{at(0x8fff), 2}, Owner::guest(1), "memory"});
    ASSERT_TRUE(other);
    EXPECT_EQ(other->owner, Owner::guest(0));
    // Around another's, and of nothing.
    EXPECT_TRUE(table.add({{at(0), 0x10'0000}, Owner::guest(1), "memory"}));
    EXPECT_FALSE(table.add({{at(0x1000), 0}, Owner::guest(1), "memory"}));
    EXPECT_EQ(table.ranges().size(), before);
}

TEST_F(Owners, OfTheRestTakeWhatIsLeftOver)
{
    table.add_rest({{at(0xf00), 0x1'0200}, Owner::hypervisor(), "reserved"});
    EXPECT_EQ(table.at(at(0xf00)).range, (PhysRange{at(0xf00), 0x100}));
    EXPECT_EQ(table.at(at(0x1'1000)).range, (PhysRange{at(0x1'1000), 0x100}));
    EXPECT_EQ(table.at(at(0x5000)).owner, Owner::guest(0));
}

TEST_F(Owners, OfTheLastAddressAreFound)
{
    table.add_rest({{at(UINT64_MAX - 0xfff), 0x1000}, Owner::hypervisor(), "top"});
    EXPECT_EQ(table.at(at(UINT64_MAX)).what, "top");
    table.add_rest({{at(UINT64_MAX - 0x1fff), 0x2000}, Owner::hypervisor(), "more"});
    EXPECT_EQ(table.at(at(UINT64_MAX - 0x1000)).what, "more");
}

TEST_F(Owners, SayWhatIsForeignToAGuest)
{
    EXPECT_FALSE(table.first_foreign({at(0x5000), 0x5000}, 0, true));
    const auto behind = table.first_foreign({at(0x5000), 0x6000}, 0, true);
    ASSERT_TRUE(behind);
    EXPECT_EQ(behind->range, (PhysRange{at(0xa000), 0x1000}));
    // b may read what it shares, and not write it.
    EXPECT_FALSE(table.first_foreign({at(0x9000), 0x1000}, 1, false));
    EXPECT_TRUE(table.first_foreign({at(0x9000), 0x1000}, 1, true));
    EXPECT_TRUE(table.first_foreign({at(0x5000), 1}, 1, false));
}

TEST_F(Owners, OfHartsAndInterruptsAreOneEach)
{
    EXPECT_FALSE(table.add_hart({7, Owner::guest(0)}));
    EXPECT_EQ(table.add_hart({7, Owner::guest(1)}), Owner::guest(0));
    EXPECT_FALSE(table.add_interrupt({7, Owner::guest(1)}));
    EXPECT_EQ(table.add_interrupt({7, Owner::hypervisor()}), Owner::guest(1));
    EXPECT_EQ(table.harts().size(), 1U);
}

TEST_F(Owners, ViewsAreEachGuestsInOrder)
{
    const auto view = [](uint8_t guest, uint64_t address) {
        return GuestView{guest, false, {{GuestPhysAddr{address}, 0x1000}, {}, GuestAccess::read}};
    };
    for (const GuestView& each : {view(1, 0x2000), view(0, 0x3000), view(1, 0x1000), view(0, 0x5000)}) {
        table.add_view(each);
    }
    ASSERT_EQ(table.views_of(0).size(), 2U);
    EXPECT_EQ(table.views_of(0)[0].region.range.start, GuestPhysAddr{0x3000});
    ASSERT_EQ(table.views_of(1).size(), 2U);
    EXPECT_EQ(table.views_of(1)[0].region.range.start, GuestPhysAddr{0x1000});
    EXPECT_TRUE(table.views_of(2).empty());
}

}  // namespace
}  // namespace hv::mm

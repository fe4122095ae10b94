// How much heap a machine has room for, and the sentences that say why it is not more or not enough.
#include <hv/mm/memory_layout.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

namespace hv::mm {
namespace {

constexpr uint64_t mib = 1024 * 1024;

PhysRange range(uint64_t start, uint64_t end)
{
    return {PhysAddr{start}, end - start};
}

/// 128 MiB, and the hypervisor as it is linked: image, stack, 100 MiB of heap. Tests change what they are about.
struct Machine {
    std::vector<PhysRange> ram{range(0x80000000, 0x88000000)};
    PhysRange image = range(0x80200000, 0x8020c000);
    PhysRange stack = range(0x8020c000, 0x8030c000);
    PhysRange wanted = {PhysAddr{0x8030c000}, 100 * mib};
    std::vector<Claim> claims{{Holder::reserved, range(0x80000000, 0x80080000), "firmware@80000000"},
                              {Holder::device_tree, range(0x87e00000, 0x87e02000), {}}};

    [[nodiscard]] Expected<HeapLayout, LayoutError> lay_out() const
    {
        return lay_out_memory({ram, image, stack, wanted, claims});
    }
    /// What a person reads, be it the layout or the error.
    [[nodiscard]] std::string words() const
    {
        char buffer[512];
        BufferSink sink{buffer};
        const Expected<HeapLayout, LayoutError> layout = lay_out();
        if (layout) {
            print(sink, "{}", *layout);
        } else {
            print(sink, "{}", layout.error());
        }
        return std::string{sink.text()};
    }
    Machine& claim(Holder holder, uint64_t start, uint64_t end, std::string_view name = {})
    {
        claims.push_back({holder, range(start, end), name});
        return *this;
    }
};

TEST(MemoryLayout, GivesTheWholeHeapWhereNothingIsInTheWay)
{
    const Machine machine;
    const auto layout = machine.lay_out();
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->heap, machine.wanted);
    EXPECT_FALSE(layout->is_cut());
    EXPECT_EQ(machine.words(), "the heap is 0x8030c000..0x8670c000, as wanted");
}

TEST(MemoryLayout, CutsTheHeapWhereRamEnds)
{
    Machine machine;
    machine.ram = {range(0x80000000, 0x84000000)};
    EXPECT_EQ(machine.lay_out()->heap, range(0x8030c000, 0x84000000));
    EXPECT_EQ(machine.words(), "the heap ends at 0x84000000 instead of 0x8670c000: RAM ends there");
}

TEST(MemoryLayout, CutsTheHeapAtTheLowestClaimAboveItsStart)
{
    Machine machine;
    machine.claim(Holder::reserved, 0x85000000, 0x85100000, "high@85000000")
        .claim(Holder::initrd, 0x84200000, 0x84300000)
        .claim(Holder::reserved, 0x84800000, 0x84900000, "middle@84800000");
    EXPECT_EQ(machine.lay_out()->heap, range(0x8030c000, 0x84200000));
    EXPECT_EQ(machine.words(),
              "the heap ends at 0x84200000 instead of 0x8670c000: the initrd 0x84200000..0x84300000 is in the way");
}

TEST(MemoryLayout, NamesTheClaimAndNotRamWhereBothCutTheHeap)
{
    Machine machine;
    machine.ram = {range(0x80000000, 0x84000000)};
    machine.claims = {{Holder::device_tree, range(0x83e00000, 0x83e02000), {}}};
    EXPECT_EQ(machine.words(), "the heap ends at 0x83e00000 instead of 0x8670c000: the device tree "
                               "0x83e00000..0x83e02000 is in the way");
    machine.claims = {{Holder::device_tree, range(0x84000000, 0x84002000), {}}};
    EXPECT_EQ(machine.words(), "the heap ends at 0x84000000 instead of 0x8670c000: RAM ends there");
}

TEST(MemoryLayout, CutsTheHeapToWholePages)
{
    Machine machine;
    machine.claim(Holder::initrd, 0x84200123, 0x84300000);
    EXPECT_EQ(machine.lay_out()->heap.end(), PhysAddr{0x84200000});
    machine.claims.clear();
    machine.ram = {range(0x80000000, 0x84000fff)};
    EXPECT_EQ(machine.lay_out()->heap.end(), PhysAddr{0x84000000});
}

TEST(MemoryLayout, TakesBanksThatTouchOrOverlapAsOne)
{
    Machine machine;
    machine.ram = {range(0x84000000, 0x88000000), range(0x82000000, 0x84000000), range(0x80000000, 0x82100000)};
    EXPECT_FALSE(machine.lay_out()->is_cut());
}

TEST(MemoryLayout, EndsTheHeapAtAGapBetweenBanks)
{
    Machine machine;
    machine.ram = {range(0x84000000, 0x88000000), range(0x80000000, 0x82000000)};
    EXPECT_EQ(machine.lay_out()->heap.end(), PhysAddr{0x82000000});
}

TEST(MemoryLayout, LooksAwayFromClaimsThatAreEmptyOrElsewhere)
{
    Machine machine;
    machine.claim(Holder::initrd, 0x84200000, 0x84200000)
        .claim(Holder::reserved, 0x1000, 0x2000, "low@1000")
        .claim(Holder::reserved, 0x8670c000, 0x87000000, "behind@8670c000")
        .claim(Holder::reserved, 0x80080000, 0x80200000, "before@80080000");
    EXPECT_FALSE(machine.lay_out()->is_cut());
}

TEST(MemoryLayout, RefusesAClaimOnTheImage)
{
    Machine machine;
    machine.claim(Holder::initrd, 0x80201000, 0x80301000);
    EXPECT_EQ(machine.lay_out().error().kind, LayoutError::Kind::overlap);
    EXPECT_EQ(machine.words(), "the initrd 0x80201000..0x80301000 lies on the hypervisor's image "
                               "0x80200000..0x8020c000: load it elsewhere");
}

TEST(MemoryLayout, RefusesAClaimOnTheStack)
{
    Machine machine;
    machine.claim(Holder::reserved, 0x80280000, 0x80290000, "framebuffer@80280000");
    EXPECT_EQ(machine.words(),
              "the reserved range framebuffer@80280000 0x80280000..0x80290000 lies on the hypervisor's stack "
              "0x8020c000..0x8030c000: the hypervisor cannot run at this address on this machine");
}

TEST(MemoryLayout, RefusesAClaimOfOneByteAtEitherEndOfTheImage)
{
    for (const uint64_t at : {uint64_t{0x80200000}, uint64_t{0x8020bfff}}) {
        Machine machine;
        machine.claim(Holder::device_tree, at, at + 1);
        ASSERT_FALSE(machine.lay_out());
        EXPECT_EQ(machine.lay_out().error().ours, "image");
    }
}

TEST(MemoryLayout, RefusesAnImageOrAStackThatIsNotInRam)
{
    Machine machine;
    machine.ram = {range(0x90000000, 0x98000000)};
    EXPECT_EQ(machine.words(), "the hypervisor's image 0x80200000..0x8020c000 does not lie in the machine's RAM "
                               "0x90000000..0x98000000");
    machine.ram = {range(0x90000000, 0x98000000), range(0x80000000, 0x80300000)};
    EXPECT_EQ(machine.words(), "the hypervisor's stack 0x8020c000..0x8030c000 does not lie in the machine's RAM "
                               "0x80000000..0x80300000");
}

TEST(MemoryLayout, RefusesAMachineWithoutRam)
{
    Machine machine;
    machine.ram.clear();
    EXPECT_EQ(machine.words(), "the device tree names no memory");
}

TEST(MemoryLayout, RefusesLessThanFourMebibytesOfHeapAndSaysWhoHoldsThem)
{
    Machine machine;
    machine.ram = {range(0x80000000, 0x80600000)};
    EXPECT_EQ(machine.words(),
              "the heap at 0x8030c000 has 3096576 bytes, 1097728 short of the 4194304 that it needs at "
              "least: RAM ends at 0x80600000");
    machine.claim(Holder::initrd, 0x8040c000, 0x80500000);
    EXPECT_EQ(machine.words(),
              "the heap at 0x8030c000 has 1048576 bytes, 3145728 short of the 4194304 that it needs at "
              "least: the initrd 0x8040c000..0x80500000 is in the way");
}

TEST(MemoryLayout, RefusesAClaimOverTheHeapsStart)
{
    Machine machine;
    machine.claim(Holder::initrd, 0x8030c000, 0x8030d000);
    EXPECT_EQ(machine.words(), "the heap at 0x8030c000 has 0 bytes, 4194304 short of the 4194304 that it needs at "
                               "least: the initrd 0x8030c000..0x8030d000 is in the way");
}

TEST(MemoryLayout, AcceptsExactlyFourMebibytes)
{
    Machine machine;
    machine.ram = {range(0x80000000, 0x8070c000)};
    ASSERT_TRUE(machine.lay_out());
    EXPECT_EQ(machine.lay_out()->heap.size, minimum_heap_size);
    machine.ram = {range(0x80000000, 0x8070b000)};
    EXPECT_FALSE(machine.lay_out());
}

TEST(MemoryLayout, WorksUpToTheLastAddress)
{
    Machine machine;
    machine.claims.clear();
    machine.ram = {{PhysAddr{0xffff'ffff'f000'0000}, 0x1000'0000}, {PhysAddr{0}, 0x1000}};
    machine.image = {PhysAddr{0xffff'ffff'f000'0000}, 0x1000};
    machine.stack = {PhysAddr{0xffff'ffff'f000'1000}, 0x1000};
    machine.wanted = {PhysAddr{0xffff'ffff'f000'2000}, 0x0fff'e000};
    ASSERT_TRUE(machine.lay_out());
    machine.ram = {{PhysAddr{0}, UINT64_MAX}, {PhysAddr{1}, UINT64_MAX}};
    ASSERT_TRUE(machine.lay_out());
    EXPECT_LE(machine.lay_out()->heap.size, machine.wanted.size);
}

}  // namespace
}  // namespace hv::mm

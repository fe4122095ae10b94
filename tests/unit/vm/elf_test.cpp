// ELF files as kernels: right ones, and every lie that one can tell.
#include <hv/vm/image.hpp>

#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

#include "image_fixture.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using test::Elf;
using test::ElfSegment;
using test::File;

constexpr GuestPhysRange memory{GuestPhysAddr{0x8000'0000}, uint64_t{128} << 20};

std::string error_of(const Elf& elf)
{
    const File file = elf.file();
    const auto plan = plan_load(file, {}, memory);
    if (plan) {
        return "none";
    }
    std::array<char, 300> text{};
    BufferSink sink{text};
    print(sink, "{}", plan.error());
    return std::string{sink.text()};
}

/// An ELF file of one segment.
Elf of(const ElfSegment& segment)
{
    Elf elf;
    elf.segments = {segment};
    return elf;
}

TEST(ElfFile, GoesWhereItsSegmentsSay)
{
    Elf elf;
    elf.segments = {{0x8000'0000, 0x100, 0x100, 0xffff'ffff'8000'0000, 0x1000, 5, 1},
                    {0, 0x20, 0x20, 0, 0x40, 4, 0x7000'0003},  // its attributes: not to be loaded
                    {0x8060'0000, 0x10, 0x5000, 0xffff'ffff'8060'0000, 0x2000, 6, 1},
                    {0x8040'0000, 0, 0x1000, 0xffff'ffff'8040'0000, 0, 6, 1},
                    {0, 0, 0, 0, 0, 6, 0x6474'e551}};
    elf.entry = 0xffff'ffff'8000'0010;
    const File file = elf.file();
    const auto plan = plan_load(file, {}, memory);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->format, ImageFormat::elf);
    EXPECT_EQ(plan->entry, GuestPhysAddr{0x8000'0010});
    EXPECT_EQ(plan->kernel, (GuestPhysRange{GuestPhysAddr{0x8000'0000}, 0x60'5000}));
    ASSERT_EQ(plan->pieces.size(), 3U);
    EXPECT_EQ(plan->pieces[0].source.data(), file.data() + 0x1000);
    EXPECT_EQ(plan->pieces[0].source.size(), 0x100U);
    EXPECT_EQ(plan->pieces[1].target, GuestPhysAddr{0x8060'0000});
    EXPECT_EQ(plan->pieces[1].source.size(), 0x10U);
    EXPECT_EQ(plan->pieces[1].zero_fill, 0x4ff0U);
    EXPECT_EQ(plan->pieces[2].source.size(), 0U);
    EXPECT_EQ(plan->pieces[2].zero_fill, 0x1000U);
    EXPECT_FALSE(plan->tree.overlaps(plan->kernel));
}

TEST(ElfFile, MayFillTheMemoryFromItsEnd)
{
    const uint64_t at = 0x8800'0000 - 0x100;
    Elf elf = of({at, 0x100, 0x100, at});
    elf.entry = at;
    const File file = elf.file();
    const auto plan = plan_load(file, {}, memory);
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->tree.overlaps(plan->kernel));
    EXPECT_TRUE(memory.contains(plan->tree));
}

TEST(ElfFile, IsRefusedForAnotherMachine)
{
    Elf elf;
    elf.machine = 62;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file for machine 62; RISC-V is 243");
    elf.byte_order = 2;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file for a big-endian machine");
    elf.file_class = 1;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file for a 32-bit machine; it must be 64-bit");
}

TEST(ElfFile, IsRefusedUnlessItIsAnExecutable)
{
    Elf elf;
    elf.type = 1;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file that is an object file: link it first");
    elf.type = 3;
    EXPECT_EQ(
        error_of(elf),
        "kernel: is an ELF file that is a shared object or position-independent: link it for a fixed address");
    elf.type = 4;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file that is a core dump");
    elf.type = 0;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file that is of an unknown type");
}

TEST(ElfFile, IsRefusedWhereItWantsSharedLibraries)
{
    Elf elf;
    elf.segments.push_back({});
    elf.segments[1].type = 3;
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file that is linked with shared libraries: link it statically");
}

TEST(ElfFile, MayHaveADynamicSectionToRelocateItselfBy)
{
    Elf elf;
    elf.segments.push_back({});
    elf.segments[1].type = 2;
    EXPECT_EQ(error_of(elf), "none");
}

TEST(ElfFile, IsRefusedWhereItsHeadersAreNotInTheFile)
{
    constexpr auto message = "kernel: is an ELF file that ends within its headers";
    Elf elf;
    elf.size = 63;
    EXPECT_EQ(error_of(elf), message);
    elf.size = 64 + 55;
    EXPECT_EQ(error_of(elf), message);
    elf = {};
    elf.headers_at = 0x1'0000 - 55;
    EXPECT_EQ(error_of(elf), message);
    elf.headers_at = UINT64_MAX;
    EXPECT_EQ(error_of(elf), message);
    elf.headers_at = UINT64_MAX - 56;
    EXPECT_EQ(error_of(elf), message);
    elf.headers_at = 64;
    elf.count = 0xfffe;
    EXPECT_EQ(error_of(elf), message);
}

TEST(ElfFile, IsRefusedForHeadersOfAnotherSize)
{
    Elf elf;
    for (const uint16_t size : {uint16_t{0}, uint16_t{32}, uint16_t{64}}) {
        elf.header_size = size;
        EXPECT_EQ(error_of(elf), "kernel: is an ELF file with program headers of " + std::to_string(size) +
                                     " bytes; they must have 56");
    }
}

TEST(ElfFile, IsRefusedWhereThereIsNothingToLoad)
{
    constexpr auto message = "kernel: is an ELF file with nothing to load";
    Elf elf;
    elf.segments.clear();
    EXPECT_EQ(error_of(elf), message);
    elf.header_size = 0;
    EXPECT_EQ(error_of(elf), message);
    EXPECT_EQ(error_of(of({0x8020'0000, 0, 0})), message);
}

TEST(ElfFile, IsRefusedForTooManySegments)
{
    Elf elf;
    for (uint64_t i = 1; i < LoadPlan::max_segments; ++i) {
        elf.segments.push_back({0x8020'0000 + i * 0x1000, 1, 1, 0});
    }
    EXPECT_EQ(error_of(elf), "none");
    elf.segments.push_back({0x8030'0000, 1, 1, 0});
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file with more than 8 segments to load");
}

TEST(ElfFile, IsRefusedForASegmentThatIsNotInTheFile)
{
    EXPECT_EQ(error_of(of({0x8020'0000, 0x101, 0x200, 0x8020'0000, 0xff00})),
              "kernel: is an ELF file whose segment 0 has 257 bytes, of which 256 bytes are in the file");
    EXPECT_EQ(error_of(of({0x8020'0000, 0x100, 0x200, 0x8020'0000, UINT64_MAX - 0x50})),
              "kernel: is an ELF file whose segment 0 has 256 bytes, of which 0 bytes are in the file");
    EXPECT_EQ(
        error_of(of({0x8020'0000, UINT64_MAX, UINT64_MAX, 0x8020'0000, 0x1000})),
        "kernel: is an ELF file whose segment 0 has 18446744073709551615 bytes, of which 60 KiB are in the file");
    EXPECT_EQ(error_of(of({0x8020'0000, 0, 0x100, 0x8020'0000, 0x1'0001})),
              "kernel: is an ELF file whose segment 0 has 0 bytes, of which 0 bytes are in the file");
    EXPECT_EQ(error_of(of({0x8020'0000, 0, 0x100, 0x8020'0000, 0x1'0000})), "none");
}

TEST(ElfFile, IsRefusedForASegmentThatHasMoreThanItOccupies)
{
    EXPECT_EQ(error_of(of({0x8020'0000, 0x101, 0x100})),
              "kernel: is an ELF file whose segment 0 has 257 bytes, more than the 256 bytes it occupies");
}

TEST(ElfFile, IsRefusedForASegmentOutsideOfTheMemory)
{
    EXPECT_EQ(error_of(of({0, 0x100, 0x100})), "kernel: is an ELF file whose segment 0 lies at 0x0..0x100, "
                                               "outside of the guest's memory at 0x80000000..0x88000000");
    EXPECT_EQ(error_of(of({0x87ff'ff80, 0x100, 0x100})),
              "kernel: is an ELF file whose segment 0 lies at 0x87ffff80..0x88000080, "
              "outside of the guest's memory at 0x80000000..0x88000000");
    EXPECT_EQ(error_of(of({0x8020'0000, 0x100, UINT64_MAX - 0x8020'0000 + 2})),
              "kernel: is an ELF file whose segment 0 lies at 0x80200000..0x1, "
              "outside of the guest's memory at 0x80000000..0x88000000");
    EXPECT_EQ(error_of(of({UINT64_MAX - 0x50, 0x100, 0x100})),
              "kernel: is an ELF file whose segment 0 lies at 0xffffffffffffffaf..0xaf, "
              "outside of the guest's memory at 0x80000000..0x88000000");
}

TEST(ElfFile, IsRefusedForSegmentsThatOverlap)
{
    Elf elf;
    elf.segments = {{}, {0x8020'1000, 0, 0x1000}, {0x8020'00ff, 1, 0x10}};
    EXPECT_EQ(error_of(elf), "kernel: is an ELF file whose segment 2 lies at 0x802000ff..0x8020010f, "
                             "which overlaps another at 0x80200000..0x80200100");
    elf.segments[2].physical = 0x8020'0100;
    EXPECT_EQ(error_of(elf), "none");
}

TEST(ElfFile, IsRefusedForAnEntryThatIsNoCode)
{
    Elf elf;
    elf.segments.push_back({0x8040'0000, 0x100, 0x100, 0x8040'0000, 0x1000, 6});
    for (const auto& [entry, text] : {std::pair{uint64_t{0}, "0x0"},
                                      {uint64_t{0x8020'0100}, "0x80200100"},
                                      {uint64_t{0x8020'0001}, "0x80200001"},
                                      {uint64_t{0x8040'0000}, "0x80400000"},
                                      {UINT64_MAX, "0xffffffffffffffff"}}) {
        elf.entry = entry;
        EXPECT_EQ(error_of(elf),
                  std::string{"kernel: is an ELF file whose entry "} + text + " is in no executable segment");
    }
    elf.entry = 0x8020'00fe;
    EXPECT_EQ(error_of(elf), "none");
}

TEST(ElfFile, IsRefusedForAnEntryThatIsLoadedToAnOddAddress)
{
    EXPECT_EQ(error_of(of({0x8020'0001, 0x100, 0x100})),
              "kernel: is an ELF file whose entry 0x80200000 is in no executable segment");
}

}  // namespace

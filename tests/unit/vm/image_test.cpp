// Loading plans: what goes where for each kind of image, and the message for each image that cannot be loaded.
#include <hv/vm/image.hpp>

#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

#include "image_fixture.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using namespace std::string_literals;
using test::Elf;
using test::ElfSegment;
using test::File;

constexpr uint64_t mib = uint64_t{1} << 20;
constexpr uint64_t ram_start = 0x8000'0000;

GuestPhysRange ram(uint64_t mebibytes)
{
    return {GuestPhysAddr{ram_start}, mebibytes * mib};
}

/// What holds for every plan, whatever it is for.
void expect_sound(const LoadPlan& plan, GuestPhysRange memory)
{
    EXPECT_FALSE(plan.kernel.empty());
    EXPECT_TRUE(plan.kernel.contains(plan.entry));
    EXPECT_EQ(plan.entry.value() % 2, 0U);
    EXPECT_GE(plan.tree.size, LoadPlan::least_tree_room);
    EXPECT_TRUE(plan.tree.start.is_aligned(4096));
    EXPECT_TRUE(plan.initrd.empty() || plan.initrd.start.is_aligned(4096));
    for (const GuestPhysRange range : {plan.kernel, plan.initrd, plan.tree}) {
        EXPECT_TRUE(memory.contains(range));
    }
    EXPECT_FALSE(plan.kernel.overlaps(plan.initrd));
    EXPECT_FALSE(plan.kernel.overlaps(plan.tree));
    EXPECT_FALSE(plan.initrd.overlaps(plan.tree));
    for (size_t i = 0; i < plan.pieces.size(); ++i) {
        const GuestPhysRange range = plan.pieces[i].range();
        EXPECT_TRUE(plan.kernel.contains(range) || plan.initrd == range);
        for (size_t j = 0; j < i; ++j) {
            EXPECT_FALSE(range.overlaps(plan.pieces[j].range()));
        }
    }
}

LoadPlan plan_of(const File& kernel, GuestPhysRange memory, const File& initrd = {})
{
    const auto plan = plan_load(kernel, initrd, memory);
    if (!plan) {
        ADD_FAILURE() << "there is no plan";
        return {};
    }
    expect_sound(*plan, memory);
    return *plan;
}

std::string error_of(const File& kernel, GuestPhysRange memory = ram(128), const File& initrd = {})
{
    const auto plan = plan_load(kernel, initrd, memory);
    if (plan) {
        return "none";
    }
    std::array<char, 300> text{};
    BufferSink sink{text};
    print(sink, "{}", plan.error());
    return std::string{sink.text()};
}

TEST(LinuxImage, LiesWhereItsHeaderSaysAndOccupiesWhatItSays)
{
    const File kernel = test::linux_file(5 * mib, 24 * mib);
    const LoadPlan plan = plan_of(kernel, ram(128));
    EXPECT_EQ(plan.format, ImageFormat::linux_image);
    EXPECT_EQ(plan.entry, GuestPhysAddr{0x8020'0000});
    EXPECT_EQ(plan.kernel, (GuestPhysRange{GuestPhysAddr{0x8020'0000}, 24 * mib}));
    ASSERT_EQ(plan.pieces.size(), 1U);
    EXPECT_EQ(plan.pieces[0].source.data(), kernel.data());
    EXPECT_EQ(plan.pieces[0].source.size(), kernel.size());
    EXPECT_EQ(plan.pieces[0].target, plan.entry);
    EXPECT_EQ(plan.pieces[0].zero_fill, 19 * mib);
}

TEST(LinuxImage, MayLieAtAnyPageOfTheMemory)
{
    for (const uint64_t offset : {uint64_t{0}, uint64_t{0x1000}, 4 * mib, 100 * mib}) {
        isa::ImageHeader header = test::linux_header;
        header.text_offset = offset;
        EXPECT_EQ(plan_of(test::linux_file(4096, mib, header), ram(128)).entry, GuestPhysAddr{ram_start + offset});
    }
}

TEST(LinuxImage, OccupiesItsFileWhereTheHeaderSaysLess)
{
    const LoadPlan plan = plan_of(test::linux_file(mib, 0), ram(128));
    EXPECT_EQ(plan.kernel.size, mib);
    EXPECT_EQ(plan.pieces[0].zero_fill, 0U);
}

TEST(LinuxImage, IsRefusedForAnotherByteOrder)
{
    isa::ImageHeader header = test::linux_header;
    header.flags = 1;
    EXPECT_EQ(error_of(test::linux_file(4096, 4096, header)), "kernel: is a Linux image for a big-endian machine");
}

TEST(LinuxImage, IsRefusedForAnotherVersionOfTheHeader)
{
    isa::ImageHeader header = test::linux_header;
    header.version = 0x1'0000;
    EXPECT_EQ(error_of(test::linux_file(4096, 4096, header)),
              "kernel: has version 1 of the Linux image's header; 0 is known");
    header.version = 0xffff;
    EXPECT_EQ(error_of(test::linux_file(4096, 4096, header)), "none");
}

TEST(LinuxImage, IsRefusedForAnOffsetThatCannotBe)
{
    for (const auto& [offset, text] : {std::pair{uint64_t{0x20'0001}, "0x200001"},
                                       {uint64_t{0x800}, "0x800"},
                                       {uint64_t{0xffff'ffff'ffff'f000}, "0xfffffffffffff000"}}) {
        isa::ImageHeader header = test::linux_header;
        header.text_offset = offset;
        EXPECT_EQ(error_of(test::linux_file(4096, 4096, header)),
                  "kernel: has a Linux image's header with text_offset "s + text +
                      "; it must be a multiple of 4096");
    }
}

TEST(LinuxImage, IsRefusedForASizeThatCannotBe)
{
    EXPECT_EQ(error_of(test::linux_file(4096, UINT64_MAX)),
              "kernel: has a Linux image's header with image_size 0xffffffffffffffff, more than there can be");
}

TEST(LinuxImage, SaysHowMuchMemoryWouldDo)
{
    EXPECT_EQ(error_of(test::linux_file(mib, 24 * mib), ram(16)),
              "memory: is 16 MiB; it must be at least 26688 KiB for this kernel");
    const File initrd = test::raw_file(3 * mib);
    EXPECT_EQ(error_of(test::linux_file(mib, 24 * mib), ram(29), initrd),
              "memory: is 29 MiB; it must be at least 29760 KiB for this kernel and an initrd of 3 MiB");
    const GuestPhysRange enough{GuestPhysAddr{ram_start}, 29 * mib + 0x1'0000};
    EXPECT_EQ(plan_of(test::linux_file(mib, 24 * mib), enough, initrd).kernel.size, 24 * mib);
}

TEST(RawBinary, Lies2MiBBehindTheStartOfMemory)
{
    const File kernel = test::raw_file(10'001);
    const LoadPlan plan = plan_of(kernel, ram(128));
    EXPECT_EQ(plan.format, ImageFormat::raw);
    EXPECT_EQ(plan.entry, GuestPhysAddr{0x8020'0000});
    EXPECT_EQ(plan.kernel.size, 10'001U);
    EXPECT_EQ(plan.pieces[0].zero_fill, 0U);
}

TEST(RawBinary, IsRefusedWhereItEndsBehindTheMemory)
{
    EXPECT_EQ(error_of(test::raw_file(2 * mib + 1), ram(4)),
              "memory: is 4 MiB; it must be at least 4164 KiB for this kernel");
    EXPECT_EQ(error_of(test::raw_file(2 * mib), ram(4)), "none");
}

TEST(RawBinary, IsRefusedWhereItDoesNotStartWithAnInstruction)
{
    constexpr auto message =
        "kernel: is neither a Linux image nor an ELF file, and does not start with an instruction";
    EXPECT_EQ(error_of(File(4096)), message);
    EXPECT_EQ(error_of(File(4096, std::byte{0xff})), message);
    EXPECT_EQ(error_of(File(1, std::byte{0x13})), message);
    EXPECT_EQ(error_of({}), message);
}

TEST(Placement, PutsInitrdAndTreeAsHighAsTheyFit)
{
    const File initrd = test::raw_file(3 * mib + 17);
    const LoadPlan plan = plan_of(test::raw_file(mib), ram(128), initrd);
    EXPECT_EQ(plan.tree, (GuestPhysRange{GuestPhysAddr{0x87e0'0000}, 2 * mib}));
    EXPECT_EQ(plan.initrd, (GuestPhysRange{GuestPhysAddr{0x87af'f000}, 3 * mib + 17}));
    ASSERT_EQ(plan.pieces.size(), 2U);
    EXPECT_EQ(plan.pieces[1].source.data(), initrd.data());
    EXPECT_EQ(plan.pieces[1].range(), plan.initrd);
}

TEST(Placement, StaysBelow3GiBWhereThatIsHighEnough)
{
    const LoadPlan plan = plan_of(test::raw_file(mib), ram(3 * 1024), test::raw_file(mib));
    EXPECT_EQ(plan.tree.start, GuestPhysAddr{0xbfe0'0000});
    EXPECT_EQ(plan.initrd.start, GuestPhysAddr{0xbfd0'0000});
    const LoadPlan high = plan_of(test::linux_file(4096, 1022 * mib), ram(3 * 1024), test::raw_file(mib));
    EXPECT_EQ(high.tree.start, GuestPhysAddr{0x1'3fe0'0000});
    EXPECT_EQ(high.initrd.start, GuestPhysAddr{0x1'3fd0'0000});
}

TEST(Placement, FitsIntoAGuestOf4MiB)
{
    const LoadPlan small = plan_of(test::raw_file(mib), ram(4), test::raw_file(4097));
    EXPECT_EQ(small.tree, (GuestPhysRange{GuestPhysAddr{0x803f'0000}, LoadPlan::least_tree_room}));
    EXPECT_EQ(small.initrd.start, GuestPhysAddr{0x803e'e000});
    // To the last page.
    const File largest = test::raw_file(2 * mib - LoadPlan::least_tree_room);
    EXPECT_EQ(plan_of(largest, ram(4)).tree.start, plan_of(largest, ram(4)).kernel.end());
}

TEST(Placement, GoesBelowTheKernelOnlyWhereThereIsNoRoomAbove)
{
    const LoadPlan plan = plan_of(test::raw_file(2 * mib), ram(4), test::raw_file(mib));
    EXPECT_EQ(plan.tree.end(), GuestPhysAddr{0x8020'0000});
    EXPECT_EQ(plan.initrd.end(), plan.tree.start);
    EXPECT_EQ(error_of(test::raw_file(2 * mib), ram(4), test::raw_file(2 * mib - 0xf000)),
              "memory: is 4 MiB; it must be at least 6148 KiB for this kernel and an initrd of 1988 KiB");
}

TEST(Placement, IsSoundForEverySizeOfMemoryAndImages)
{
    for (const size_t kernel_size : {size_t{2}, 2 * mib - 4096, 2 * mib, 5 * mib}) {
        for (const size_t initrd_size : {size_t{0}, size_t{1}, mib, 9 * mib}) {
            const File kernel = test::raw_file(kernel_size);
            const File initrd = test::raw_file(initrd_size);
            for (uint64_t pages = 1024; pages <= 5120; pages += 61) {
                const GuestPhysRange memory{GuestPhysAddr{ram_start}, pages * 4096};
                const auto plan = plan_load(kernel, initrd, memory);
                if (plan) {
                    expect_sound(*plan, memory);
                    EXPECT_EQ(plan->pieces.size(), initrd.empty() ? 1U : 2U);
                    EXPECT_EQ(plan->initrd.size, initrd.size());
                } else {
                    EXPECT_EQ(plan.error().kind, ImageError::Kind::memory_too_small);
                    EXPECT_GT(plan.error().number, memory.size);
                    // What is said to be enough is.
                    plan_of(kernel, {memory.start, plan.error().number}, initrd);
                }
            }
        }
    }
}

TEST(PackedImage, IsNamedAndRefused)
{
    const std::pair<std::string, const char*> packers[] = {
        {"\x1f\x8b\x08\0"s, "gzip"},
        {"\xfd"
         "7zXZ\0"s,
         "xz"},
        {"\x28\xb5\x2f\xfd"s, "zstd"},
        {"BZh91AY"s, "bzip2"},
        {"\x04\x22\x4d\x18"s, "lz4"},
        {"\x02\x21\x4c\x18"s, "lz4"},
        {"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff"s, "lzma"},
        {"\x5d\0\0\0\4\x12\x34\x56\0\0\0\0\0"s, "lzma"},
        {"\x89LZO\0\r\n\x1a\n"s, "lzop"},
    };
    for (const auto& [start, name] : packers) {
        File file = test::bytes_of(start);
        EXPECT_EQ(error_of(file), "kernel: is packed with "s + name + "; unpack it first, as run.sh does");
        file.resize(100'000, std::byte{0x13});
        EXPECT_EQ(error_of(file), "kernel: is packed with "s + name + "; unpack it first, as run.sh does");
    }
}

TEST(ForeignImage, IsNamedAndRefused)
{
    const std::pair<std::string, const char*> formats[] = {
        {"PK\3\4"s, "a zip archive; take the kernel out of it first"},
        {"\x27\x05\x19\x56"s, "a U-Boot uImage; take the Image or ELF file that it was made of"},
        {"\xd0\x0d\xfe\xed"s, "a FIT image or a device tree; take the Image or ELF file that it was made of"},
        {"MZ\x90\0"s, "an EFI program without a RISC-V Linux image's header; take an Image or an ELF file"},
        {"MZ\0\0zimg"s, "a packed EFI program (zboot); unpack the Image that is in it first"},
        {"ANDROID!"s, "an Android boot image; take the Image that it was made of"},
        {"070701"s, "a cpio archive, which is for initrd"},
        {"#!/bin/sh\n"s, "a script"},
        {"QFI\xfb"s, "a disk image; take the kernel out of it first"},
        {"!<arch>\n"s, "an archive of object files; link it first"},
    };
    for (const auto& [start, text] : formats) {
        File file = test::bytes_of(start);
        EXPECT_EQ(error_of(file), "kernel: is "s + text);
        file.resize(4096, std::byte{0x13});
        EXPECT_EQ(error_of(file), "kernel: is "s + text);
    }
}

TEST(Image, IsNotTakenForPackedByHalfAMagicNumber)
{
    for (const std::string& start : {"\x1f"s,
                                     "\xfd"
                                     "7z"s,
                                     "\x28\xb5"s, "P"s, "\x5d\0\0\x80\0\x13\x13\x13\x13\x13\x13"s}) {
        File file = test::bytes_of(start);
        file.resize(4096, std::byte{0x13});
        EXPECT_EQ(error_of(file), "none") << start;
    }
}

TEST(Image, OfAnyLengthIsReadWithinItsBounds)
{
    // Of that size to the byte: the sanitizer sees a read behind it.
    const std::pair<File, const char*> files[] = {{test::linux_file(200, 4096), "Linux image"},
                                                  {Elf{}.file(), "ELF"}};
    for (const auto& [whole, name] : files) {
        for (size_t size = 0; size < 200; ++size) {
            File file{whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)};
            file.shrink_to_fit();
            static_cast<void>(plan_load(file, {}, ram(128)));
        }
    }
}

}  // namespace

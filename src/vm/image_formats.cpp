// Knows files by their first bytes, and what a RISC-V Linux image's header asks for.
#include "image_formats.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <hv/isa/image.hpp>

namespace hv::vm {
namespace {

using namespace std::string_view_literals;
using Kind = ImageError::Kind;

struct Magic {
    std::string_view bytes;
    Kind kind;
    const char* text;  // no view: that would take twice the room
};

constexpr Magic magics[] = {
    {"\x1f\x8b"sv, Kind::packed, "gzip"},
    {"\xfd"
     "7zXZ\0"sv,
     Kind::packed, "xz"},
    {"\x28\xb5\x2f\xfd"sv, Kind::packed, "zstd"},
    {"BZh"sv, Kind::packed, "bzip2"},
    {"\x04\x22\x4d\x18"sv, Kind::packed, "lz4"},
    {"\x02\x21\x4c\x18"sv, Kind::packed, "lz4"},
    {"\x89LZO\0\r\n\x1a\n"sv, Kind::packed, "lzop"},
    {"PK\3\4"sv, Kind::wrong_format, "a zip archive; take the kernel out of it first"},
    {"\x27\x05\x19\x56"sv, Kind::wrong_format, "a U-Boot uImage; take the Image or ELF file that it was made of"},
    {"\xd0\x0d\xfe\xed"sv, Kind::wrong_format,
     "a FIT image or a device tree; take the Image or ELF file that it was made of"},
    {"ANDROID!"sv, Kind::wrong_format, "an Android boot image; take the Image that it was made of"},
    {"0707"sv, Kind::wrong_format, "a cpio archive, which is for initrd"},
    {"#!"sv, Kind::wrong_format, "a script"},
    {"QFI\xfb"sv, Kind::wrong_format, "a disk image; take the kernel out of it first"},
    {"!<arch>\n"sv, Kind::wrong_format, "an archive of object files; link it first"},
};

bool starts_with(std::span<const std::byte> file, std::string_view bytes, size_t at = 0)
{
    if (file.size() < at || file.size() - at < bytes.size()) {
        return false;
    }
    const auto first = file.begin() + static_cast<ptrdiff_t>(at);
    return std::equal(bytes.begin(), bytes.end(), first,
                      [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

/// That format has no magic number: the usual properties byte, a dictionary of whole 64 KiB, and a size that is not
/// said, or below 4 GiB.
bool is_lzma(std::span<const std::byte> file)
{
    return starts_with(file, "\x5d\0\0"sv) &&
           (starts_with(file, "\xff\xff\xff\xff\xff\xff\xff\xff"sv, 5) || starts_with(file, "\0\0\0\0"sv, 9));
}

/// An EFI program. Linux packs itself into one that tells the packer's name at byte 24.
ImageError describe_efi(std::span<const std::byte> file)
{
    if (starts_with(file, "zimg"sv, 4)) {
        return {Kind::wrong_format, "a packed EFI program (zboot); unpack the Image that is in it first"};
    }
    return {Kind::wrong_format,
            "an EFI program without a RISC-V Linux image's header; take an Image or an ELF file"};
}

isa::ImageHeader header_of(std::span<const std::byte> file)
{
    std::array<std::byte, sizeof(isa::ImageHeader)> bytes{};
    std::copy_n(file.begin(), bytes.size(), bytes.begin());
    return std::bit_cast<isa::ImageHeader>(bytes);
}

}  // namespace

bool is_linux_image(std::span<const std::byte> file)
{
    return file.size() >= sizeof(isa::ImageHeader) && header_of(file).is_valid();
}

std::optional<ImageError> why_not_code(std::span<const std::byte> file)
{
    for (const Magic& magic : magics) {
        if (starts_with(file, magic.bytes)) {
            return ImageError{magic.kind, magic.text};
        }
    }
    if (is_lzma(file)) {
        return ImageError{Kind::packed, "lzma"};
    }
    if (starts_with(file, "MZ"sv)) {
        return describe_efi(file);
    }
    // Base Instruction-Length Encoding: neither all zeros nor all ones is an instruction.
    if (file.size() < 2 || starts_with(file, "\0\0"sv) || starts_with(file, "\xff\xff"sv)) {
        return ImageError{Kind::no_code};
    }
    return {};
}

Expected<void, ImageError> plan_linux_image(std::span<const std::byte> file, GuestPhysRange ram, LoadPlan& plan)
{
    constexpr uint64_t big_endian = 1;
    // What no machine has: sums of such numbers do not overflow.
    constexpr uint64_t absurd = uint64_t{1} << 48;
    const isa::ImageHeader header = header_of(file);
    if ((header.flags & big_endian) != 0) {
        return Unexpected{ImageError{Kind::image_big_endian}};
    }
    if (const uint32_t major = header.version >> 16; major != 0) {
        return Unexpected{ImageError{Kind::image_version, {}, 0, major}};
    }
    if (header.text_offset % 4096 != 0 || header.text_offset >= absurd) {
        return Unexpected{ImageError{Kind::image_offset, {}, 0, header.text_offset}};
    }
    if (header.image_size >= absurd) {
        return Unexpected{ImageError{Kind::image_size, {}, 0, header.image_size}};
    }
    plan.format = ImageFormat::linux_image;
    return plan_flat(file, ram, header.text_offset, header.image_size, plan);
}

Expected<void, ImageError> plan_flat(std::span<const std::byte> file, GuestPhysRange ram, uint64_t offset,
                                     uint64_t size, LoadPlan& plan)
{
    const uint64_t occupied = std::max<uint64_t>(size, file.size());
    if (offset > ram.size || occupied > ram.size - offset) {
        return Unexpected{ImageError{Kind::memory_too_small, {}, 0, offset + occupied, ram.size}};
    }
    plan.entry = ram.start + offset;
    plan.kernel = {plan.entry, occupied};
    plan.pieces.push_back({file, plan.entry, occupied - file.size()});
    return {};
}

}  // namespace hv::vm

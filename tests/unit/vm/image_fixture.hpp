// Kernel images for tests: a Linux image's header, and ELF files that need not make sense.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <hv/isa/image.hpp>

namespace hv::test {

using File = std::vector<std::byte>;

inline File bytes_of(std::string_view text)
{
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

/// `size` bytes of which the first is an instruction, and each tells its place.
inline File raw_file(size_t size)
{
    File file(size);
    for (size_t i = 0; i < size; ++i) {
        file[i] = static_cast<std::byte>((i + 0x13) & 0xff);
    }
    return file;
}

constexpr isa::ImageHeader linux_header{0x5a4d,
                                        0,
                                        0x20'0000,
                                        0,
                                        0,
                                        isa::ImageHeader::version_0_2,
                                        0,
                                        0,
                                        isa::ImageHeader::magic_value,
                                        isa::ImageHeader::magic2_value,
                                        0};

/// As Debian's kernel starts: also an EFI program.
inline File linux_file(size_t size, uint64_t image_size, isa::ImageHeader header = linux_header)
{
    header.image_size = image_size;
    File file = raw_file(size);
    const auto bytes = std::bit_cast<std::array<std::byte, sizeof(header)>>(header);
    std::copy(bytes.begin(), bytes.end(), file.begin());
    return file;
}

struct ElfSegment {
    uint64_t physical = 0x8020'0000;
    uint64_t file_size = 0x100;
    uint64_t memory_size = 0x100;
    uint64_t virtual_address = 0x8020'0000;
    uint64_t offset = 0x1000;
    uint32_t flags = 5;  // readable and executable
    uint32_t type = 1;   // to be loaded
};

/// An ELF file of 64 KiB, where nothing else is said a right one.
struct Elf {
    std::vector<ElfSegment> segments{ElfSegment{}};
    uint64_t entry = 0x8020'0000;
    uint8_t file_class = 2;
    uint8_t byte_order = 1;
    uint16_t type = 2;
    uint16_t machine = 243;
    uint64_t headers_at = 64;
    uint16_t header_size = 56;
    uint16_t count = UINT16_MAX;  // that many segments as there are
    size_t size = 0x1'0000;

    [[nodiscard]] File file() const
    {
        File bytes = raw_file(std::max<size_t>(size, 0x1000));
        const auto put = [&](size_t at, uint64_t number, size_t width) {
            for (size_t i = 0; i < width && at + i < bytes.size(); ++i) {
                bytes[at + i] = static_cast<std::byte>((number >> (8 * i)) & 0xff);
            }
        };
        put(0, 0x464c'457f, 4);
        put(4, file_class, 1);
        put(5, byte_order, 1);
        put(16, type, 2);
        put(18, machine, 2);
        put(24, entry, 8);
        put(32, headers_at, 8);
        put(54, header_size, 2);
        put(56, count == UINT16_MAX ? segments.size() : count, 2);
        for (size_t i = 0; i < segments.size(); ++i) {
            const ElfSegment& segment = segments[i];
            const size_t at = 64 + 56 * i;
            put(at, segment.type, 4);
            put(at + 4, segment.flags, 4);
            put(at + 8, segment.offset, 8);
            put(at + 16, segment.virtual_address, 8);
            put(at + 24, segment.physical, 8);
            put(at + 32, segment.file_size, 8);
            put(at + 40, segment.memory_size, 8);
        }
        bytes.resize(size);
        bytes.shrink_to_fit();
        return bytes;
    }
};

}  // namespace hv::test

// What of a kernel image and an initrd goes where in a guest's memory, and where that leaves room for its device
// tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/static_vector.hpp>

namespace hv::vm {

enum class ImageFormat : uint8_t { linux_image, elf, raw };

/// "Linux image", "ELF file", "raw binary"
[[nodiscard]] std::string_view name_of(ImageFormat format);

/// Bytes of the image to copy to one place in guest memory, and how many zeros go behind them.
struct LoadPiece {
    std::span<const std::byte> source;
    GuestPhysAddr target{};
    uint64_t zero_fill = 0;

    [[nodiscard]] constexpr GuestPhysRange range() const { return {target, source.size() + zero_fill}; }
};

/// All ranges lie in the guest's memory, and none overlaps another.
struct LoadPlan {
    static constexpr size_t max_segments = 8;
    /// The device tree gets at least this much; 2 MiB, aligned likewise, where the guest's memory is not tiny.
    static constexpr uint64_t least_tree_room = uint64_t{64} << 10;

    StaticVector<LoadPiece, max_segments + 1> pieces;  ///< the kernel's, then the initrd
    ImageFormat format = ImageFormat::raw;
    GuestPhysAddr entry{};
    GuestPhysRange kernel{};  ///< from its first byte to its last, with what it wants behind its image
    GuestPhysRange initrd{};  ///< empty: none
    GuestPhysRange tree{};    ///< room for the device tree, which starts where the room does
};

/// Why an image cannot be loaded.
struct ImageError {
    enum class Kind : uint8_t {
        packed,        ///< `text` is the packer's name
        wrong_format,  ///< `text` says what it is, and what to do
        no_code,       ///< of no known format, and no first instruction for a raw binary
        image_big_endian,
        image_version,  ///< `number` is the version's major part
        image_offset,   ///< `number` is the text_offset
        image_size,     ///< `number` is the image_size
        elf_cut,        ///< the file ends within its headers
        elf_not_64_bit,
        elf_big_endian,
        elf_machine,         ///< `number` is the machine's
        elf_not_executable,  ///< `text` says what it is
        elf_headers,         ///< program headers of `number` bytes each
        elf_no_segment,
        elf_segments,      ///< more than `limit`
        segment_cut,       ///< segment `index`: `number` bytes, of which the file has `limit`
        segment_sizes,     ///< segment `index`: `number` bytes in the file, `limit` in memory
        segment_outside,   ///< segment `index`: lies at `where`, and memory at `other`
        segments_overlap,  ///< segment `index`: lies at `where`, which overlaps `other`
        elf_entry,         ///< `number` is the entry's address
        memory_too_small,  ///< there are `limit` bytes, and `number` are needed; `index` of them for the initrd
    };

    Kind kind{};
    std::string_view text{};
    uint64_t index = 0;
    uint64_t number = 0;
    uint64_t limit = 0;
    GuestPhysRange where{};
    GuestPhysRange other{};
};

/// "kernel: is packed with gzip; unpack it first, as run.sh does"
void format_value(FormatOutput& out, const ImageError& error);

/// Knows a RISC-V Linux image by its header, an ELF file by its, and takes for a raw binary what is not known to be
/// something else. A Linux image lies where its header says, counted from the start of memory; an ELF file where
/// its segments' physical addresses say; a raw binary 2 MiB behind the start of memory. Above it lie the initrd
/// and, highest, the device tree, both below 3 GiB where they fit there: some guests map no more.
///
/// Nothing in the images is trusted. `ram`, whole pages, is all of the guest's memory.
[[nodiscard]] Expected<LoadPlan, ImageError> plan_load(std::span<const std::byte> kernel,
                                                       std::span<const std::byte> initrd, GuestPhysRange ram);

}  // namespace hv::vm

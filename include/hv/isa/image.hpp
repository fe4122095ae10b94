// The header at the start of a RISC-V Linux image, by which QEMU, U-Boot's booti and our flash stub know a kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hv::isa {

/// [linux] Boot image header in RISC-V Linux. 64 bytes, little-endian, at the image's first byte, where execution
/// starts too: `code0` and `code1` are a jump over the rest.
struct ImageHeader {
    uint32_t code0;
    uint32_t code1;
    uint64_t text_offset;  ///< bytes from the start of RAM, 2 MiB aligned, to where the image is to lie
    uint64_t image_size;   ///< bytes that it occupies when it runs: the file, BSS, stack and heap
    uint64_t flags;        ///< bit 0: big-endian
    uint32_t version;      ///< of this layout
    uint32_t reserved1;
    uint64_t reserved2;
    uint64_t magic;   ///< "RISCV\0\0\0", the older mark
    uint32_t magic2;  ///< "RSC\x05"
    uint32_t reserved3;

    static constexpr uint32_t version_0_2 = 0x2;
    static constexpr uint64_t magic_value = 0x5643534952;
    static constexpr uint32_t magic2_value = 0x05435352;

    [[nodiscard]] constexpr bool is_valid() const { return magic2 == magic2_value; }
};

static_assert(sizeof(ImageHeader) == 64);
static_assert(offsetof(ImageHeader, text_offset) == 8);
static_assert(offsetof(ImageHeader, image_size) == 16);
static_assert(offsetof(ImageHeader, version) == 32);
static_assert(offsetof(ImageHeader, magic) == 48);
static_assert(offsetof(ImageHeader, magic2) == 56);

}  // namespace hv::isa

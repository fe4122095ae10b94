// What is wrong with an image, in words.
#include <hv/vm/image.hpp>

#include <hv/lib/format.hpp>

namespace hv::vm {
namespace {

using Kind = ImageError::Kind;

void write_too_small(FormatOutput& out, const ImageError& error)
{
    print(out, "memory: is {}; it must be at least {} for this kernel", Bytes{error.limit}, Bytes{error.number});
    if (error.index != 0) {
        print(out, " and an initrd of {}", Bytes{error.index});
    }
}

/// Behind "kernel: ".
// NOLINTNEXTLINE(readability-function-size): the list of texts.
void write_what(FormatOutput& out, const ImageError& error)
{
    switch (error.kind) {
    case Kind::packed:
        return print(out, "is packed with {}; unpack it first, as run.sh does", error.text);
    case Kind::wrong_format:
        return print(out, "is {}", error.text);
    case Kind::no_code:
        return out.write("is neither a Linux image nor an ELF file, and does not start with an instruction");
    case Kind::image_big_endian:
        return out.write("is a Linux image for a big-endian machine");
    case Kind::image_version:
        return print(out, "has version {} of the Linux image's header; 0 is known", error.number);
    case Kind::image_offset:
        return print(out, "has a Linux image's header with text_offset {:#x}; it must be a multiple of 4096",
                     error.number);
    case Kind::image_size:
        return print(out, "has a Linux image's header with image_size {:#x}, more than there can be", error.number);
    case Kind::elf_cut:
        return out.write("is an ELF file that ends within its headers");
    case Kind::elf_not_64_bit:
        return out.write("is an ELF file for a 32-bit machine; it must be 64-bit");
    case Kind::elf_big_endian:
        return out.write("is an ELF file for a big-endian machine");
    case Kind::elf_machine:
        return print(out, "is an ELF file for machine {}; RISC-V is 243", error.number);
    case Kind::elf_not_executable:
        return print(out, "is an ELF file that is {}", error.text);
    case Kind::elf_headers:
        return print(out, "is an ELF file with program headers of {} bytes; they must have 56", error.number);
    case Kind::elf_no_segment:
        return out.write("is an ELF file with nothing to load");
    case Kind::elf_segments:
        return print(out, "is an ELF file with more than {} segments to load", error.limit);
    case Kind::segment_cut:
        return print(out, "is an ELF file whose segment {} has {}, of which {} are in the file", error.index,
                     Bytes{error.number}, Bytes{error.limit});
    case Kind::segment_sizes:
        return print(out, "is an ELF file whose segment {} has {}, more than the {} it occupies", error.index,
                     Bytes{error.number}, Bytes{error.limit});
    case Kind::segment_outside:
        return print(out, "is an ELF file whose segment {} lies at {}, outside of the guest's memory at {}",
                     error.index, error.where, error.other);
    case Kind::segments_overlap:
        return print(out, "is an ELF file whose segment {} lies at {}, which overlaps another at {}", error.index,
                     error.where, error.other);
    case Kind::elf_entry:
        return print(out, "is an ELF file whose entry {:#x} is in no executable segment", error.number);
    case Kind::memory_too_small:
        return;
    }
}

}  // namespace

std::string_view name_of(ImageFormat format)
{
    switch (format) {
    case ImageFormat::linux_image:
        return "Linux image";
    case ImageFormat::elf:
        return "ELF file";
    case ImageFormat::raw:
        return "raw binary";
    }
    return "unknown";
}

void format_value(FormatOutput& out, const ImageError& error)
{
    if (error.kind == Kind::memory_too_small) {
        return write_too_small(out, error);
    }
    out.write("kernel: ");
    write_what(out, error);
}

}  // namespace hv::vm

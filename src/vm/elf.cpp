// The segments of an ELF file: where each goes in guest memory. Every number in the file may be a lie.
#include <algorithm>

#include <hv/lib/bits.hpp>

#include "image_formats.hpp"

namespace hv::vm {
namespace {

using Kind = ImageError::Kind;

// ELF-64 Object File Format; the RISC-V ELF psABI for the machine's number.
constexpr size_t header_size = 64;
constexpr size_t program_header_size = 56;
constexpr uint8_t class_64_bit = 2;
constexpr uint8_t little_endian = 1;
constexpr uint64_t type_executable = 2;
constexpr uint64_t machine_riscv = 243;
constexpr uint64_t segment_load = 1;
constexpr uint64_t segment_interpreter = 3;
constexpr uint64_t flag_executable = 1;

/// The little-endian number of `size` bytes at `at`, which lies in the file.
uint64_t number_at(std::span<const std::byte> file, uint64_t at, size_t size)
{
    uint64_t number = 0;
    for (size_t i = size; i-- > 0;) {
        number = (number << 8) | std::to_integer<uint64_t>(file[at + i]);
    }
    return number;
}

struct Segment {
    uint64_t type;
    uint64_t flags;
    uint64_t offset;
    uint64_t virtual_address;
    uint64_t physical_address;
    uint64_t file_size;
    uint64_t memory_size;
};

Segment segment_at(std::span<const std::byte> file, uint64_t at)
{
    return {number_at(file, at, 4),      number_at(file, at + 4, 4),  number_at(file, at + 8, 8),
            number_at(file, at + 16, 8), number_at(file, at + 24, 8), number_at(file, at + 32, 8),
            number_at(file, at + 40, 8)};
}

Unexpected<ImageError> bad(Kind kind, uint64_t number = 0, std::string_view text = {})
{
    return Unexpected{ImageError{kind, text, 0, number}};
}

std::string_view name_of_type(uint64_t type)
{
    switch (type) {
    case 1:
        return "an object file: link it first";
    case 3:
        return "a shared object or position-independent: link it for a fixed address";
    case 4:
        return "a core dump";
    default:
        return "of an unknown type";
    }
}

/// The file header, and that all program headers are in the file. Apart from its caller, whose frame is large.
[[gnu::noinline]] Expected<void, ImageError> check_header(std::span<const std::byte> file)
{
    if (file.size() < header_size) {
        return bad(Kind::elf_cut);
    }
    if (number_at(file, 4, 1) != class_64_bit) {
        return bad(Kind::elf_not_64_bit);
    }
    if (number_at(file, 5, 1) != little_endian) {
        return bad(Kind::elf_big_endian);
    }
    if (const uint64_t machine = number_at(file, 18, 2); machine != machine_riscv) {
        return bad(Kind::elf_machine, machine);
    }
    if (const uint64_t type = number_at(file, 16, 2); type != type_executable) {
        return bad(Kind::elf_not_executable, type, name_of_type(type));
    }
    const uint64_t first = number_at(file, 32, 8);
    const uint64_t size = number_at(file, 54, 2);
    const uint64_t count = number_at(file, 56, 2);
    if (count != 0 && size != program_header_size) {
        return bad(Kind::elf_headers, size);
    }
    if (first > file.size() || count * program_header_size > file.size() - first) {
        return bad(Kind::elf_cut);
    }
    return {};
}

/// Goes through the program headers of a file whose header has been checked.
class ElfPlanner {
public:
    ElfPlanner(std::span<const std::byte> file, GuestPhysRange ram, LoadPlan& plan)
        : file_{file},
          ram_{ram},
          entry_{number_at(file, 24, 8)},
          plan_{plan}
    {
    }

    Expected<void, ImageError> run()
    {
        const uint64_t first = number_at(file_, 32, 8);
        const uint64_t count = number_at(file_, 56, 2);
        for (uint64_t i = 0; i < count; ++i) {
            HV_CHECK(take(i, segment_at(file_, first + i * program_header_size)));
        }
        if (plan_.pieces.empty()) {
            return bad(Kind::elf_no_segment);
        }
        if (!entry_found_) {
            return bad(Kind::elf_entry, entry_);
        }
        plan_.format = ImageFormat::elf;
        return {};
    }

private:
    Expected<void, ImageError> take(uint64_t index, const Segment& segment)
    {
        // A dynamic section alone is no reason: U-Boot has one, and relocates itself by it.
        if (segment.type == segment_interpreter) {
            return bad(Kind::elf_not_executable, 0, "linked with shared libraries: link it statically");
        }
        if (segment.type != segment_load || segment.memory_size == 0) {
            return {};
        }
        const GuestPhysRange range{GuestPhysAddr{segment.physical_address}, segment.memory_size};
        HV_CHECK(check(index, segment, range));
        const std::span<const std::byte> bytes = file_.subspan(segment.offset, segment.file_size);
        if (plan_.pieces.size() == LoadPlan::max_segments) {
            return Unexpected{ImageError{Kind::elf_segments, {}, 0, 0, LoadPlan::max_segments}};
        }
        plan_.pieces.push_back({bytes, range.start, segment.memory_size - segment.file_size});
        widen(range);
        take_entry(segment);
        return {};
    }

    [[nodiscard]] Expected<void, ImageError> check(uint64_t index, const Segment& segment,
                                                   GuestPhysRange range) const
    {
        if (segment.file_size > segment.memory_size) {
            return Unexpected{
                ImageError{Kind::segment_sizes, {}, index, segment.file_size, segment.memory_size, {}, {}}};
        }
        const uint64_t there = file_.size() - std::min<uint64_t>(segment.offset, file_.size());
        if (segment.offset > file_.size() || segment.file_size > there) {
            return Unexpected{ImageError{Kind::segment_cut, {}, index, segment.file_size, there, {}, {}}};
        }
        if (!ram_.contains(range)) {
            return Unexpected{ImageError{Kind::segment_outside, {}, index, 0, 0, range, ram_}};
        }
        for (const LoadPiece& other : plan_.pieces) {
            if (range.overlaps(other.range())) {
                return Unexpected{ImageError{Kind::segments_overlap, {}, index, 0, 0, range, other.range()}};
            }
        }
        return {};
    }

    void widen(GuestPhysRange range)
    {
        if (plan_.kernel.empty()) {
            plan_.kernel = range;
            return;
        }
        plan_.kernel = GuestPhysRange::between(std::min(plan_.kernel.start, range.start),
                                               std::max(plan_.kernel.end(), range.end()));
    }

    /// The entry is a virtual address, and the guest starts without translation: it enters where that was loaded.
    void take_entry(const Segment& segment)
    {
        const uint64_t offset = entry_ - segment.virtual_address;
        if (!entry_found_ && (segment.flags & flag_executable) != 0 && offset < segment.memory_size &&
            is_aligned(entry_, 2)) {
            plan_.entry = GuestPhysAddr{segment.physical_address + offset};
            entry_found_ = is_aligned(plan_.entry.value(), 2);
        }
    }

    std::span<const std::byte> file_;
    GuestPhysRange ram_;
    uint64_t entry_;
    LoadPlan& plan_;
    bool entry_found_ = false;
};

}  // namespace

bool is_elf(std::span<const std::byte> file)
{
    return file.size() >= 4 && number_at(file, 0, 4) == 0x464c'457f;
}

Expected<void, ImageError> plan_elf(std::span<const std::byte> file, GuestPhysRange ram, LoadPlan& plan)
{
    HV_CHECK(check_header(file));
    return ElfPlanner{file, ram, plan}.run();
}

}  // namespace hv::vm

// libFuzzer: ranges mapped into tables of every format, walked as a hart walks them, against a list of what was
// mapped.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <hv/mm/page_table.hpp>

#include "../unit/dev/plic_model.hpp"

namespace {

using namespace hv;

void need(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// A frame and its entries, by its address; nothing else can be read or written.
class Memory {
public:
    std::optional<PhysAddr> allocate(uint64_t size, uint64_t align)
    {
        if (left < size) {
            return std::nullopt;
        }
        left -= size;
        const PhysAddr frame = next_.align_up(align);
        next_ = frame + size;
        for (uint64_t offset = 0; offset < size; offset += 4096) {
            frames_[(frame + offset).value()] = {};
        }
        return frame;
    }
    [[nodiscard]] uint64_t read(PhysAddr at) { return slot(at); }
    void write(PhysAddr at, uint64_t entry) { slot(at) = entry; }

    uint64_t left = 4 << 20;

private:
    uint64_t& slot(PhysAddr at)
    {
        need(at.value() % 8 == 0);
        return frames_.at(at.value() & ~uint64_t{4095})[at.value() % 4096 / 8];
    }

    PhysAddr next_{0x9000'0000};
    std::map<uint64_t, std::array<uint64_t, 512>> frames_;
};

/// A page as the hart finds it: where the byte is, and the entry's low ten bits.
struct Found {
    uint64_t address = 0;
    uint64_t flags = 0;

    friend bool operator==(const Found&, const Found&) = default;
};

/// [priv] Supervisor: Virtual Address Translation Process, and Hypervisor: Guest Physical Address Translation.
template <typename Format>
std::optional<Found> walk_as_a_hart(Memory& memory, PhysAddr root, uint64_t address)
{
    constexpr int levels = static_cast<int>(Format::levels);
    constexpr unsigned width = 12 + 9 * levels + (Format::guest_stage ? 2 : 0);
    const auto extended = static_cast<uint64_t>(static_cast<int64_t>(address << (64 - width)) >> (64 - width));
    if (Format::guest_stage ? address >> width != 0 : extended != address) {
        return std::nullopt;
    }
    uint64_t table = root.value();
    for (int level = levels - 1; level >= 0; --level) {
        const unsigned shift = 12 + 9 * static_cast<unsigned>(level);
        const uint64_t entries = level == levels - 1 && Format::guest_stage ? 2048 : 512;
        const uint64_t entry = memory.read(PhysAddr{table + (address >> shift & (entries - 1)) * 8});
        if ((entry & 1) == 0) {
            need(entry == 0);
            return std::nullopt;
        }
        need(entry >> 54 == 0);  // reserved, N and PBMT
        const uint64_t target = entry >> 10 << 12;
        const uint64_t offset = address & ((uint64_t{1} << shift) - 1);
        if ((entry & 0xe) != 0) {
            need((entry & 6) != 4);  // writable and not readable is reserved
            need((target & ((uint64_t{1} << shift) - 1)) == 0);
            return Found{target + offset, entry & 0x3ff};
        }
        need((entry & 0x3ff) == 1);  // A, D and U of a table are reserved
        table = target;
    }
    need(false);  // a table at the last level
    return std::nullopt;
}

/// What was mapped, in no particular way.
struct Mapping {
    uint64_t size = 0;
    uint64_t target = 0;
    uint64_t flags = 0;
};

template <typename Format>
class Model {
public:
    /// The mapping's size is not 0. Is something of it there already?
    [[nodiscard]] bool overlaps(uint64_t start, uint64_t size) const
    {
        return std::any_of(mappings_.begin(), mappings_.end(), [&](const auto& each) {
            const uint64_t last = each.first + (each.second.size - 1);
            return each.first <= start + (size - 1) && start <= last;
        });
    }
    void add(uint64_t start, Mapping mapping) { mappings_[start] = mapping; }
    [[nodiscard]] std::optional<Found> at(uint64_t address) const
    {
        for (const auto& [start, mapping] : mappings_) {
            if (address >= start && address - start < mapping.size) {
                return Found{mapping.target + (address - start), mapping.flags};
            }
        }
        return std::nullopt;
    }
    /// At both ends of everything, and beyond.
    [[nodiscard]] std::vector<uint64_t> places() const
    {
        std::vector<uint64_t> all;
        for (const auto& [start, mapping] : mappings_) {
            const uint64_t end = start + mapping.size;
            all.insert(all.end(), {start, start - 1, start + mapping.size / 2, end - 1, end});
        }
        return all;
    }

private:
    std::map<uint64_t, Mapping> mappings_;
};

/// A, D, V and, for a guest, U; and what the kind of access allows.
uint64_t flags_of(bool guest, unsigned access)
{
    constexpr uint64_t r = 2;
    constexpr uint64_t w = 4;
    constexpr uint64_t x = 8;
    constexpr uint64_t allowed[] = {r, r | w, r | x, r | w | x};
    return 0xc1 | (guest ? 0x10 : 0) | allowed[access];
}

/// In units of a page, of a large page, or nothing round.
uint64_t take_number(test::Program& program)
{
    const uint64_t kind = program.take(1);
    const uint64_t number = program.take(2);
    switch (kind % 8) {
    case 0:
    case 1:
        return number << 12;
    case 2:
    case 3:
        return number << 21;
    case 4:
        return number % 4096 << 30;
    case 5:
        return 0 - (number << 12);
    case 6:
        return (uint64_t{1} << (number % 64)) - ((number >> 8) << 12);
    default:
        return number << 48 | program.take(6);
    }
}

/// Not more entries than a run has time for.
uint64_t take_size(test::Program& program)
{
    const uint64_t number = program.take(2);
    switch (program.take(1) % 4) {
    case 0:
        return (number % 1100) << 12;
    case 1:
        return (number % 64) << 21;
    case 2:
        return (number % 16) << 30 | (number >> 8) << 12;
    default:
        return number;
    }
}

/// What map() has to say of arguments alone.
template <typename Format>
std::optional<mm::MapError> expected_error(uint64_t start, uint64_t size, uint64_t target)
{
    if (size == 0) {
        return std::nullopt;
    }
    if (start % 4096 != 0 || size % 4096 != 0 || target % 4096 != 0) {
        return mm::MapError::misaligned;
    }
    constexpr unsigned width = 12 + 9 * Format::levels + (Format::guest_stage ? 2 : 0);
    // Canonical addresses begin and end at these.
    constexpr uint64_t half = uint64_t{1} << (Format::guest_stage ? width : width - 1);
    const bool low = start < half && size <= half - start;
    const bool high = !Format::guest_stage && start >= 0 - half && size <= 0 - start;
    if (!low && !high) {
        return mm::MapError::not_canonical;
    }
    constexpr uint64_t physical = uint64_t{1} << 56;
    return target >= physical || size > physical - target ? std::optional{mm::MapError::not_physical}
                                                          : std::nullopt;
}

template <typename Format>
void run(test::Program program)
{
    Memory memory;
    auto table = std::move(*mm::PageTable<Format, Memory, Memory>::create(memory, memory));
    using Table = decltype(table);
    Model<Format> model;
    for (unsigned step = 0; step < 40 && !program.empty(); ++step) {
        const uint64_t start = take_number(program);
        const uint64_t size = take_size(program);
        const uint64_t target = take_number(program);
        const auto access = static_cast<unsigned>(program.take(1) % (Format::guest_stage ? 4 : 3));
        // At times there is no memory for tables.
        const uint64_t left = memory.left;
        if (program.take(1) % 8 == 0) {
            memory.left = std::min<uint64_t>(left, 4096);
        }
        const auto done = table.map({typename Table::Addr{start}, size}, PhysAddr{target},
                                    static_cast<typename Table::Access>(access));
        if (const auto error = expected_error<Format>(start, size, target)) {
            need(!done && done.error() == *error);
        } else if (size != 0 && model.overlaps(start, size)) {
            need(!done && done.error() == mm::MapError::overlap);
        } else if (done) {
            done->not_owed_for_unused_table();
            need(done->range().start.value() == start && done->range().size == size);
            if (size != 0) {
                model.add(start, {size, target, flags_of(Format::guest_stage, access)});
            }
        } else {
            need(done.error() == mm::MapError::out_of_frames && memory.left < 4096);
        }
        memory.left = memory.left < 4096 && left >= 4096 ? left - 4096 : memory.left;
        std::vector<uint64_t> places = model.places();
        places.insert(places.end(), {start, start + size, take_number(program)});
        for (const uint64_t place : places) {
            const auto found = walk_as_a_hart<Format>(memory, table.root(), place);
            need(found == model.at(place));
            const auto ours = table.walk(typename Table::Addr{place});
            need(ours.has_value() == found.has_value());
            need(!ours ||
                 (ours->address.value() == found->address && (ours->entry.bits() & 0x3ff) == found->flags));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    test::Program program{{data, size}};
    switch (program.take(1) % 8) {
    case 0:
        run<isa::Sv39>(program);
        break;
    case 1:
        run<isa::Sv48x4>(program);
        break;
    case 2:
        run<isa::Sv57x4>(program);
        break;
    case 3:
        run<isa::Sv48>(program);
        break;
    default:
        run<isa::Sv39x4>(program);
        break;
    }
    return 0;
}

// Checked access to a guest's memory: a range is checked as a whole, then taken region by region.
#include <hv/mm/guest_memory.hpp>

#include <algorithm>

namespace hv::mm {

namespace {

// Numbers that may lie over objects of any type. The guest's harts may write to them meanwhile; nothing orders
// these accesses: whoever needs an order has a trap before them.
using Long [[gnu::may_alias]] = uint64_t;
using Word [[gnu::may_alias]] = uint32_t;

template <typename T>
bool aligned_for(const std::byte* memory)
{
    return reinterpret_cast<uintptr_t>(memory) % sizeof(T) == 0;
}

}  // namespace

std::string_view name_of(GuestMemoryFault::Reason reason)
{
    return reason == GuestMemoryFault::Reason::unmapped ? "no memory of the guest"
                                                        : "read-only memory of the guest";
}

void format_value(FormatOutput& out, const GuestMemoryFault& fault)
{
    print(out, "{}: {}", fault.address, fault.reason);
}

GuestMemory::Piece GuestMemory::piece_at(GuestPhysRange range) const
{
    for (const GuestRegion& region : regions_) {
        if (region.range.contains(range.start)) {
            const uint64_t offset = range.start - region.range.start;
            const uint64_t host = region.host.value() + offset + host_.offset;
            return {reinterpret_cast<std::byte*>(host), std::min(range.size, region.range.size - offset),
                    region.writable()};
        }
    }
    return {};
}

Expected<void, GuestMemoryFault> GuestMemory::check(GuestPhysRange range, bool write) const
{
    const GuestPhysAddr start = range.start;
    while (!range.empty()) {
        // What follows 2^64 - 1 is nothing, also where a region lies at 0.
        const bool wrapped = range.start < start;
        const Piece piece = wrapped ? Piece{} : piece_at(range);
        if (piece.size == 0) {
            return Unexpected{Fault{Fault::Reason::unmapped, range.start}};
        }
        if (write && !piece.writable) {
            return Unexpected{Fault{Fault::Reason::read_only, range.start}};
        }
        range = {range.start + piece.size, range.size - piece.size};
    }
    return {};
}

template <typename Use>
void GuestMemory::for_each_piece(GuestPhysRange range, Use use) const
{
    while (!range.empty()) {
        const Piece piece = piece_at(range);
        use(piece);
        range = {range.start + piece.size, range.size - piece.size};
    }
}

Expected<void, GuestMemoryFault> GuestMemory::check_readable(GuestPhysRange range) const
{
    return check(range, false);
}

Expected<void, GuestMemoryFault> GuestMemory::check_writable(GuestPhysRange range) const
{
    return check(range, true);
}

Expected<void, GuestMemoryFault> GuestMemory::copy_out(GuestPhysAddr from, std::span<std::byte> to) const
{
    const GuestPhysRange range{from, to.size()};
    HV_CHECK(check_readable(range));
    std::byte* at = to.data();
    for_each_piece(range, [&at](Piece piece) {
        copy_block(at, piece.memory, piece.size);
        at += piece.size;
    });
    return {};
}

Expected<void, GuestMemoryFault> GuestMemory::copy_in(GuestPhysAddr to, std::span<const std::byte> from) const
{
    const GuestPhysRange range{to, from.size()};
    HV_CHECK(check_writable(range));
    const std::byte* at = from.data();
    for_each_piece(range, [&at](Piece piece) {
        copy_block(piece.memory, at, piece.size);
        at += piece.size;
    });
    return {};
}

Expected<void, GuestMemoryFault> GuestMemory::zero(GuestPhysRange range) const
{
    HV_CHECK(check_writable(range));
    for_each_piece(range, [this](Piece piece) { host_.zero(piece.memory, piece.size); });
    return {};
}

Expected<uint64_t, GuestMemoryFault> GuestMemory::read_number(GuestPhysAddr at, size_t size) const
{
    const Piece piece = piece_at({at, size});
    if (piece.size == size && size == sizeof(Long) && aligned_for<Long>(piece.memory)) {
        return *static_cast<const volatile Long*>(static_cast<const void*>(piece.memory));
    }
    if (piece.size == size && size == sizeof(Word) && aligned_for<Word>(piece.memory)) {
        return uint64_t{*static_cast<const volatile Word*>(static_cast<const void*>(piece.memory))};
    }
    std::byte bytes[sizeof(uint64_t)]{};
    HV_CHECK(copy_out(at, std::span{bytes, size}));
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;) {
        value = value << 8 | static_cast<uint64_t>(bytes[i]);
    }
    return value;
}

Expected<void, GuestMemoryFault> GuestMemory::write_number(GuestPhysAddr at, size_t size, uint64_t value) const
{
    const Piece piece = piece_at({at, size});
    const bool whole = piece.size == size && piece.writable;
    if (whole && size == sizeof(Long) && aligned_for<Long>(piece.memory)) {
        *static_cast<volatile Long*>(static_cast<void*>(piece.memory)) = value;
        return {};
    }
    if (whole && size == sizeof(Word) && aligned_for<Word>(piece.memory)) {
        *static_cast<volatile Word*>(static_cast<void*>(piece.memory)) = static_cast<uint32_t>(value);
        return {};
    }
    std::byte bytes[sizeof(uint64_t)]{};
    for (size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(value >> (8 * i) & 0xff);
    }
    return copy_in(at, std::span{bytes, size});
}

}  // namespace hv::mm

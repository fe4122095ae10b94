// The device-tree writer: tokens into the structure block, names into the strings block, and the header at last.
#include <hv/fdt/writer.hpp>

#include <algorithm>

#include <hv/fdt/tree.hpp>
#include <hv/lib/bits.hpp>
#include <hv/lib/format.hpp>

namespace hv::fdt {

static_assert(Writer::max_depth == Tree::max_depth);

void format_value(FormatOutput& out, const OutOfRoom& error)
{
    print(out, "the device tree does not fit in {}", Bytes{error.room});
}

Writer::Writer(std::span<std::byte> room) : room_{room}
{
    require(room.size() <= UINT32_MAX && reinterpret_cast<uintptr_t>(room.data()) % 8 == 0,
            "no device tree can be written to {} at {}", Bytes{room.size()}, static_cast<void*>(room.data()));
    take(Tree::header_size);
}

std::byte* Writer::take(size_t size)
{
    if (full_ || size > room_.size() - strings_ - used_) {
        full_ = true;
        return nullptr;
    }
    std::byte* const taken = room_.data() + used_;
    used_ += size;
    return taken;
}

void Writer::put_u32(uint32_t value)
{
    if (std::byte* const to = take(4)) {
        store_be32(to, value);
    }
}

void Writer::pad()
{
    const size_t size = round_up_to_4(used_) - used_;
    if (std::byte* const to = take(size)) {
        std::fill_n(to, size, std::byte{0});
    }
}

void Writer::reserve_memory(uint64_t start, uint64_t size)
{
    require(next_ == Next::reservation, "a memory reservation behind the first node of a device tree");
    require(size != 0, "an empty memory reservation at {:#x} in a device tree", start);
    if (std::byte* const to = take(16)) {
        store_be64(to, start);
        store_be64(to + 8, size);
    }
}

void Writer::end_reservations()
{
    if (std::byte* const to = take(16)) {
        std::fill_n(to, 16, std::byte{0});
    }
    structure_ = used_;
}

void Writer::begin_node(std::string_view name)
{
    if (next_ == Next::reservation) {
        end_reservations();
        next_ = Next::node;
    }
    require(next_ == Next::property_or_node || next_ == Next::node, "a node out of place in a device tree: '{}'",
            name);
    require(name.empty() == (depth_ == 0), "a root with a name in a device tree, or another node without: '{}'",
            name);
    require(depth_ < max_depth, "nodes nested more than {} deep in a device tree: '{}'", max_depth, name);
    ++depth_;
    next_ = Next::property_or_node;
    put_u32(static_cast<uint32_t>(Token::begin_node));
    if (std::byte* const to = take(name.size() + 1)) {
        std::copy_n(reinterpret_cast<const std::byte*>(name.data()), name.size(), to);
        to[name.size()] = std::byte{0};
    }
    pad();
}

void Writer::end_node()
{
    require(depth_ > 0 && next_ != Next::value, "the end of a node that was not begun, in a device tree");
    --depth_;
    next_ = depth_ == 0 ? Next::finish : Next::node;
    put_u32(static_cast<uint32_t>(Token::end_node));
}

std::string_view Writer::name_at(uint32_t place) const
{
    return read_text(reinterpret_cast<const char*>(room_.data() + room_.size() - place));
}

/// A name that there is no room to remember is written again when it is used again.
uint32_t Writer::place_name(std::string_view name)
{
    const auto looks = static_cast<uint16_t>(name.size() << 8 | static_cast<uint8_t>(name.back()));
    for (const PlacedName& placed : names_) {
        if (placed.looks == looks && name_at(placed.place) == name) {
            return placed.place;
        }
    }
    const size_t size = name.size() + 1;
    if (full_ || size > room_.size() - strings_ - used_) {
        full_ = true;
        return 0;
    }
    strings_ += size;
    std::byte* const to = room_.data() + room_.size() - strings_;
    std::copy_n(reinterpret_cast<const std::byte*>(name.data()), name.size(), to);
    to[name.size()] = std::byte{0};
    if (strings_ <= UINT16_MAX) {
        static_cast<void>(names_.try_push_back({looks, static_cast<uint16_t>(strings_)}));
    }
    return static_cast<uint32_t>(strings_);
}

void Writer::begin_property(std::string_view name)
{
    require(next_ == Next::property_or_node, "a property out of place in a device tree: '{}'", name);
    require(!name.empty(), "a property without a name in a device tree");
    next_ = Next::value;
    const uint32_t place = place_name(name);
    put_u32(static_cast<uint32_t>(Token::property));
    put_u32(0);
    put_u32(place);
    value_ = used_;
}

void Writer::end_property()
{
    require(next_ == Next::value, "the end of a property that was not begun, in a device tree");
    next_ = Next::property_or_node;
    if (!full_) {
        store_be32(room_.data() + value_ - 8, static_cast<uint32_t>(used_ - value_));
    }
    pad();
}

std::byte* Writer::take_value(size_t size)
{
    require(next_ == Next::value, "a value without a property in a device tree");
    return take(size);
}

void Writer::add_bytes(std::span<const std::byte> bytes)
{
    if (std::byte* const to = take_value(bytes.size())) {
        std::copy_n(bytes.data(), bytes.size(), to);
    }
}

void Writer::add_u32(uint32_t value)
{
    if (std::byte* const to = take_value(4)) {
        store_be32(to, value);
    }
}

void Writer::add_u64(uint64_t value)
{
    if (std::byte* const to = take_value(8)) {
        store_be64(to, value);
    }
}

void Writer::add_text(std::string_view text)
{
    add_bytes(std::as_bytes(std::span{text.data(), text.size()}));
}

void Writer::add_string(std::string_view text)
{
    if (std::byte* const to = take_value(text.size() + 1)) {
        std::copy_n(reinterpret_cast<const std::byte*>(text.data()), text.size(), to);
        to[text.size()] = std::byte{0};
    }
}

void Writer::property(std::string_view name)
{
    begin_property(name);
    end_property();
}

void Writer::property_u32(std::string_view name, uint32_t value)
{
    begin_property(name);
    add_u32(value);
    end_property();
}

void Writer::property_u64(std::string_view name, uint64_t value)
{
    begin_property(name);
    add_u64(value);
    end_property();
}

void Writer::property_string(std::string_view name, std::string_view text)
{
    begin_property(name);
    add_string(text);
    end_property();
}

void Writer::property_strings(std::string_view name, std::span<const std::string_view> texts)
{
    begin_property(name);
    for (std::string_view text : texts) {
        add_string(text);
    }
    end_property();
}

void Writer::property_bytes(std::string_view name, std::span<const std::byte> bytes)
{
    begin_property(name);
    add_bytes(bytes);
    end_property();
}

void Writer::resolve_names()
{
    std::byte* at = room_.data() + structure_;
    for (;;) {
        switch (Token{read_be32(at)}) {
        case Token::begin_node:
            at += 4 + round_up_to_4(read_text(reinterpret_cast<const char*>(at + 4)).size() + 1);
            break;
        case Token::property:
            store_be32(at + 8, static_cast<uint32_t>(strings_) - read_be32(at + 8));
            at += 12 + round_up_to_4(read_be32(at + 4));
            break;
        case Token::end_node:
        case Token::nop:
            at += 4;
            break;
        case Token::end:
            return;
        }
    }
}

void Writer::write_header(uint32_t total)
{
    constexpr uint32_t magic = 0xd00dfeed;
    constexpr uint32_t version = 17;
    constexpr uint32_t last_compatible_version = 16;
    constexpr uint32_t boot_hart = 0;
    const auto structure = static_cast<uint32_t>(structure_);
    const auto strings = static_cast<uint32_t>(used_);
    const std::array<uint32_t, 10> fields{magic,
                                          total,
                                          structure,
                                          strings,
                                          Tree::header_size,
                                          version,
                                          last_compatible_version,
                                          boot_hart,
                                          total - strings,
                                          strings - structure};
    static_assert(sizeof(fields) == Tree::header_size);
    for (size_t i = 0; i < fields.size(); ++i) {
        store_be32(room_.data() + 4 * i, fields[i]);
    }
}

Expected<std::span<const std::byte>, OutOfRoom> Writer::finish()
{
    require(next_ == Next::finish, "a device tree is finished out of place, with {} nodes open", depth_);
    next_ = Next::nothing;
    put_u32(static_cast<uint32_t>(Token::end));
    if (full_) {
        return Unexpected{OutOfRoom{room_.size()}};
    }
    resolve_names();
    std::copy_n(room_.data() + room_.size() - strings_, strings_, room_.data() + used_);
    const size_t total = used_ + strings_;
    write_header(static_cast<uint32_t>(total));
    return room_.first(total);
}

}  // namespace hv::fdt

// Reading `reg` and translating it through `ranges`. [dt] Standard Properties.
#include <hv/fdt/address.hpp>

#include <algorithm>

namespace hv::fdt {
namespace {

constexpr uint32_t cell_size = 4;

/// `cells` is 0, 1 or 2.
uint64_t read_cells(const std::byte* at, uint32_t cells)
{
    switch (cells) {
    case 0:
        return 0;
    case 1:
        return read_be32(at);
    default:
        return read_be64(at);
    }
}

bool supported(const Bus& bus)
{
    return (bus.address_cells == 1 || bus.address_cells == 2) && bus.size_cells <= 2;
}

/// The bytes of a property whose value lies at `offset` in the tree.
std::span<const std::byte> value_at(const Tree& tree, uint32_t offset)
{
    // Its length is the word but one before it. [dt] Lexical structure: FDT_PROP.
    return tree.bytes().subspan(offset, read_be32(tree.bytes().data() + offset - 8));
}

/// From the address space of `bus`, which has ranges, to that of `up`, the bus above it.
Expected<uint64_t, ErrorKind> translate(const Tree& tree, const Bus& bus, const Bus& up, RegEntry entry)
{
    const std::span<const std::byte> ranges = value_at(tree, bus.ranges);
    if (ranges.empty()) {
        return entry.address;
    }
    if (!supported(bus) || bus.size_cells == 0 || !supported(up)) {
        return Unexpected{ErrorKind::cells_unsupported};
    }
    const uint32_t up_at = bus.address_cells * cell_size;
    const uint32_t size_at = up_at + up.address_cells * cell_size;
    const uint32_t stride = size_at + bus.size_cells * cell_size;
    if (ranges.size() % stride != 0) {
        return Unexpected{ErrorKind::ranges_bad_length};
    }
    for (size_t at = 0; at != ranges.size(); at += stride) {
        const std::byte* window = ranges.data() + at;
        const uint64_t offset = entry.address - read_cells(window, bus.address_cells);
        const uint64_t size = read_cells(window + size_at, bus.size_cells);
        // An address alone is looked up like one byte.
        if (offset < size && std::max<uint64_t>(entry.size, 1) <= size - offset) {
            const uint64_t target = read_cells(window + up_at, up.address_cells);
            if (offset > UINT64_MAX - target) {
                return Unexpected{ErrorKind::reg_past_last_address};
            }
            return target + offset;
        }
    }
    return Unexpected{ErrorKind::address_not_translatable};
}

/// Fills `path` from the root down to `node`'s parent, and returns the node's depth. 0 for the root itself, or
/// where the node is not of this tree.
uint32_t locate(const Tree& tree, Node node, BusPath& path)
{
    uint32_t inside = 0;  // how many nodes the walk is in
    Cursor cursor = tree.walk();
    for (Token token = cursor.next(); token != Token::end; token = cursor.next()) {
        if (token == Token::begin_node) {
            if (cursor.node() == node) {
                return inside;
            }
            path[inside++] = {};
        } else if (token == Token::property) {
            path[inside - 1].take(tree, cursor);
        } else {
            --inside;
        }
    }
    return 0;
}

}  // namespace

uint8_t Bus::cell_count(std::span<const std::byte> value)
{
    if (value.size() != cell_size) {
        return unsupported;
    }
    return static_cast<uint8_t>(std::min<uint32_t>(read_be32(value.data()), unsupported));
}

void Bus::take(const Tree& tree, const Cursor& cursor)
{
    const char* name = cursor.property_name();
    if (text_is(name, "#address-cells")) {
        take_address_cells(cursor.property_value());
    } else if (text_is(name, "#size-cells")) {
        take_size_cells(cursor.property_value());
    } else if (text_is(name, "ranges")) {
        ranges = tree.offset_of(cursor.property_value().data());
    }
}

Expected<RegList, ErrorKind> RegList::read(const Bus& parent, std::span<const std::byte> value)
{
    if (!supported(parent)) {
        return Unexpected{ErrorKind::cells_unsupported};
    }
    const auto length = static_cast<uint32_t>(value.size());
    const uint32_t stride = (uint32_t{parent.address_cells} + parent.size_cells) * cell_size;
    if (length % stride != 0) {
        return Unexpected{ErrorKind::reg_bad_length};
    }
    return RegList{value.data(), length / stride, parent.address_cells, parent.size_cells};
}

RegEntry RegList::operator[](size_t index) const
{
    const std::byte* at = first_ + index * (size_t{address_cells_} + size_cells_) * cell_size;
    return {read_cells(at, address_cells_), read_cells(at + address_cells_ * cell_size, size_cells_)};
}

Expected<PhysRange, ErrorKind> BusPath::to_machine(uint32_t depth, RegEntry entry) const
{
    // The root's children are addressed as the machine addresses them: [dt] ranges.
    for (; depth != 0; --depth) {
        if (buses_[depth].ranges == 0) {
            return Unexpected{ErrorKind::address_not_translatable};
        }
        HV_TRY(entry.address, translate(tree_, buses_[depth], buses_[depth - 1], entry));
    }
    const PhysRange range{PhysAddr{entry.address}, entry.size};
    if (!range.fits()) {
        return Unexpected{ErrorKind::reg_past_last_address};
    }
    return range;
}

Expected<PhysRange, Error> address_of(const Tree& tree, Node node, size_t index)
{
    const std::optional<Property> reg = node.property("reg");
    BusPath path{tree};
    const uint32_t depth = locate(tree, node, path);
    if (!reg || depth == 0) {
        return Unexpected{Error{ErrorKind::reg_missing, tree.offset_of(node.name().data())}};
    }
    const uint32_t place = tree.offset_of(reg->value.data());
    const Expected<RegList, ErrorKind> list = RegList::read(path[depth - 1], reg->value);
    if (!list) {
        return Unexpected{Error{list.error(), place}};
    }
    if (index >= list->size()) {
        return Unexpected{Error{ErrorKind::reg_missing, place}};
    }
    const Expected<PhysRange, ErrorKind> range = path.to_machine(depth - 1, (*list)[index]);
    if (!range) {
        return Unexpected{Error{range.error(), place}};
    }
    return *range;
}

}  // namespace hv::fdt

// Reads a shared region of a partition description: its size, and which guests share it.
#include "description_reader.hpp"

namespace hv::vm {
namespace {

class RegionReader : private NodeReader {
public:
    /// `region` is fresh.
    RegionReader(fdt::Node node, const Description& description, RegionDescription& region, DescriptionError& error)
        : NodeReader{DescriptionNode::region, node, error},
          description_{description},
          region_{region}
    {
    }

    bool run();

private:
    bool read(RegionProperty which, const fdt::Property& property);
    bool read_compatible(const fdt::Property& property);
    bool read_size(const fdt::Property& property);
    bool take_members(std::string_view list, const std::optional<fdt::Property>& property, bool write);
    bool take_member(std::string_view list, std::string_view guest, bool writes);

    const Description& description_;
    RegionDescription& region_;
    std::optional<fdt::Property> writers_;
    std::optional<fdt::Property> readers_;
};

bool RegionReader::run()
{
    const auto take = [this](size_t number, const fdt::Property& property) {
        return read(static_cast<RegionProperty>(number), property);
    };
    if (!check_node() || !read_properties(take)) {
        return false;
    }
    for (const RegionProperty each : {RegionProperty::size, RegionProperty::writers}) {
        if (!has(each)) {
            return fail(Kind::missing_property, name(each));
        }
    }
    if (!take_members(name(RegionProperty::writers), writers_, true) ||
        !take_members(name(RegionProperty::readers), readers_, false)) {
        return false;
    }
    const size_t count = region_.members.size();
    return count >= 2 || fail(Kind::too_few_members, {}, count);
}

bool RegionReader::read(RegionProperty which, const fdt::Property& property)
{
    switch (which) {
    case RegionProperty::compatible:
        return read_compatible(property);
    case RegionProperty::size:
        return read_size(property);
    case RegionProperty::writers:
        writers_ = property;
        return check_strings(property);
    case RegionProperty::readers:
        readers_ = property;
        return check_strings(property);
    }
    return false;
}

bool RegionReader::read_compatible(const fdt::Property& property)
{
    return property.strings().contains(region_compatible) ||
           fail(Kind::bad_word, property.name, property.string().value_or(std::string_view{}));
}

bool RegionReader::read_size(const fdt::Property& property)
{
    const std::optional<uint64_t> size = property.u64();
    if (!size) {
        return fail_length(property);
    }
    region_.size = *size;
    return check_size(property, *size, RegionDescription::unit, RegionDescription::most);
}

bool RegionReader::take_members(std::string_view list, const std::optional<fdt::Property>& property, bool writes)
{
    if (!property) {
        return true;
    }
    for (const std::string_view guest : property->strings()) {
        if (!take_member(list, guest, writes)) {
            return false;
        }
    }
    return true;
}

/// No guest is a member twice: there is room for all.
bool RegionReader::take_member(std::string_view list, std::string_view guest, bool writes)
{
    uint32_t number = 0;
    while (number != description_.guests.size() && description_.guests[number].name != guest) {
        ++number;
    }
    if (number == description_.guests.size()) {
        return fail(Kind::unknown_guest, list, guest);
    }
    for (const RegionMember& member : region_.members) {
        if (member.guest == number) {
            const Kind kind = member.writes == writes ? Kind::repeated_item : Kind::reader_is_writer;
            return fail(kind, list, guest);
        }
    }
    region_.members.push_back({number, writes});
    return true;
}

}  // namespace

bool read_region(fdt::Node node, const Description& description, RegionDescription& region, DescriptionError& error)
{
    region.name = node.name();
    return RegionReader{node, description, region, error}.run();
}

}  // namespace hv::vm

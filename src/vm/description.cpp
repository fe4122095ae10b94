// Reads a partition description: the root, every guest, every shared region, and what two of them may not both
// have.
#include <hv/vm/description.hpp>

#include <algorithm>

#include "description_reader.hpp"

namespace hv::vm {
namespace {

using Kind = DescriptionError::Kind;

template <typename List, typename T>
bool holds(const List& list, T wanted)
{
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

class RootReader : private NodeReader {
public:
    /// `description` is fresh.
    RootReader(fdt::Node root, Description& description, DescriptionError& error)
        : NodeReader{DescriptionNode::root, root, error},
          root_{root},
          description_{description}
    {
    }

    bool run();

private:
    bool check_compatible();
    bool read(RootProperty which, const fdt::Property& property);

    fdt::Node root_;
    Description& description_;
};

bool RootReader::run()
{
    const auto take = [this](size_t number, const fdt::Property& property) {
        return read(static_cast<RootProperty>(number), property);
    };
    return check_compatible() && read_properties(take);
}

/// First of all: where it is another tree, nothing else that is said of it would help.
bool RootReader::check_compatible()
{
    const std::string_view compatible = name(RootProperty::compatible);
    const std::optional<fdt::Property> property = root_.property(compatible);
    if (!property) {
        return fail(Kind::missing_property, compatible);
    }
    return property->strings().contains(root_compatible) ||
           fail(Kind::bad_word, compatible, property->string().value_or(std::string_view{}));
}

bool RootReader::read(RootProperty which, const fdt::Property& property)
{
    std::string_view text;
    uint32_t number = 0;
    switch (which) {
    case RootProperty::compatible:
        return true;
    case RootProperty::model:
        return read_string(property, text);
    case RootProperty::address_cells:
    case RootProperty::size_cells:
        return read_number(property, 0, UINT32_MAX, number);
    case RootProperty::dump_device_trees:
        return read_flag(property, description_.dump_device_trees);
    case RootProperty::stats:
        return read_flag(property, description_.stats);
    }
    return false;
}

/// A node with a compatible means to be a region, or is told that a guest has none.
bool is_region(fdt::Node node)
{
    return node.property("compatible").has_value();
}

bool fail(DescriptionError& error, Kind kind, std::string_view node, uint64_t number = 0, uint64_t limit = 0)
{
    error = {};
    error.kind = kind;
    error.node = node;
    error.number = number;
    error.limit = limit;
    return false;
}

template <typename Nodes>
bool holds_name(const Nodes& nodes, std::string_view name)
{
    return std::any_of(nodes.begin(), nodes.end(), [name](const auto& each) { return each.name == name; });
}

/// Like every step below, false where it has met an error.
[[gnu::noinline]] bool read_guests(fdt::Node root, Description& description, DescriptionError& error)
{
    size_t count = 0;
    for (const fdt::Node node : root.children()) {
        if (is_region(node) || ++count > Description::max_guests) {
            continue;
        }
        if (holds_name(description.guests, node.name())) {
            return fail(error, Kind::repeated_name, node.name());
        }
        description.guests.push_back({});
        if (!read_guest(node, description.guests.back(), error)) {
            return false;
        }
    }
    if (count == 0) {
        return fail(error, Kind::no_guest, {});
    }
    return count <= Description::max_guests ||
           fail(error, Kind::too_many_guests, {}, count, Description::max_guests);
}

[[gnu::noinline]] bool read_regions(fdt::Node root, Description& description, DescriptionError& error)
{
    size_t count = 0;
    for (const fdt::Node node : root.children()) {
        if (!is_region(node) || ++count > Description::max_regions) {
            continue;
        }
        if (holds_name(description.guests, node.name()) || holds_name(description.regions, node.name())) {
            return fail(error, Kind::repeated_name, node.name());
        }
        description.regions.push_back({});
        if (!read_region(node, description, description.regions.back(), error)) {
            return false;
        }
    }
    return count <= Description::max_regions ||
           fail(error, Kind::too_many_regions, {}, count, Description::max_regions);
}

bool fail_guest(DescriptionError& error, Kind kind, const GuestDescription& guest, std::string_view property,
                uint64_t number = 0)
{
    fail(error, kind, guest.name, number);
    error.place = DescriptionNode::guest;
    error.property = property;
    return false;
}

/// Nothing may be both guests'; `b` is the later one.
bool check_owners_of(const GuestDescription& a, const GuestDescription& b, DescriptionError& error)
{
    for (const uint32_t id : b.hart_ids) {
        if (holds(a.hart_ids, id)) {
            fail_guest(error, Kind::taken_hart, b, "hart-ids", id);
            error.other = a.name;
            return false;
        }
    }
    for (const std::string_view path : b.devices) {
        if (holds(a.devices, path)) {
            fail_guest(error, Kind::taken_item, b, "devices");
            error.text = path;
            error.other = a.name;
            return false;
        }
    }
    if (!a.memory_base || !b.memory_base) {
        return true;
    }
    const PhysRange earlier{*a.memory_base, a.memory};
    const PhysRange later{*b.memory_base, b.memory};
    if (!later.overlaps(earlier)) {
        return true;
    }
    fail_guest(error, Kind::memory_overlaps, b, "memory");
    error.range = later;
    error.other_range = earlier;
    error.other = a.name;
    return false;
}

bool check_owners(const Description& description, DescriptionError& error)
{
    const std::span guests = description.guests.span();
    for (size_t later = 1; later < guests.size(); ++later) {
        for (const GuestDescription& earlier : guests.first(later)) {
            if (!check_owners_of(earlier, guests[later], error)) {
                return false;
            }
        }
    }
    return true;
}

/// Of the harts that guests name; `count` is how many these are.
bool check_named_harts(const Description& description, std::span<const uint64_t> harts, uint64_t& count,
                       DescriptionError& error)
{
    count = 0;
    for (const GuestDescription& guest : description.guests) {
        for (const uint32_t id : guest.hart_ids) {
            if (!holds(harts, uint64_t{id})) {
                fail_guest(error, Kind::unknown_hart, guest, "hart-ids", id);
                error.harts = harts;
                return false;
            }
        }
        count += guest.hart_ids.size();
    }
    return true;
}

/// `guest` wants `wanted` of `limit`, of which others have `used`.
bool fail_short(DescriptionError& error, Kind kind, const GuestDescription& guest, std::string_view property,
                uint64_t wanted, uint64_t used, uint64_t limit)
{
    fail_guest(error, kind, guest, property, wanted);
    error.least = used;
    error.limit = limit;
    return false;
}

}  // namespace

std::string_view name_of(OnFault on_fault)
{
    switch (on_fault) {
    case OnFault::stop:
        return "stop";
    case OnFault::restart:
        return "restart";
    case OnFault::halt_machine:
        return "halt-machine";
    }
    return "unknown";
}

Expected<void, DescriptionError> read_description(const fdt::Tree& tree, Description& description)
{
    DescriptionError error;
    const fdt::Node root = tree.root();
    if (RootReader{root, description, error}.run() && read_guests(root, description, error) &&
        read_regions(root, description, error) && check_owners(description, error)) {
        return {};
    }
    return Unexpected{error};
}

Expected<void, DescriptionError> check_harts(const Description& description, std::span<const uint64_t> harts)
{
    DescriptionError error;
    uint64_t used = 0;
    if (!check_named_harts(description, harts, used, error)) {
        return Unexpected{error};
    }
    for (const GuestDescription& guest : description.guests) {
        if (!guest.hart_ids.empty()) {
            continue;
        }
        // What is used never exceeds what there is.
        if (guest.harts > harts.size() - used) {
            fail_short(error, Kind::too_few_harts, guest, "harts", guest.harts, used, harts.size());
            return Unexpected{error};
        }
        used += guest.harts;
    }
    return {};
}

}  // namespace hv::vm

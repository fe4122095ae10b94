// Reads a partition description, one property at a time, and forgives nothing: a typing error must not be a
// default.
#include <hv/vm/description.hpp>

#include <array>

#include "description_rules.hpp"

namespace hv::vm {
namespace {

using Kind = DescriptionError::Kind;

bool may_be_in_a_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '+' || c == ',';
}

/// Reads one guest. Each step is false where it has met an error, which `error` then holds.
class GuestReader {
public:
    /// `guest` is fresh.
    GuestReader(fdt::Node node, GuestDescription& guest, DescriptionError& error)
        : node_{node},
          guest_{guest},
          error_{error}
    {
    }

    [[gnu::noinline]] bool run();

private:
    bool check_name();
    bool take(const fdt::Property& property);
    /// What can be said only when all properties are known.
    bool check_whole();

    bool read(GuestProperty which, const fdt::Property& property);
    bool read_number(const fdt::Property& property, uint32_t least, uint32_t limit, uint32_t& number);
    bool read_memory(const fdt::Property& property);
    bool read_image(const fdt::Property& property, std::span<const std::byte>& image);
    bool read_string(const fdt::Property& property, std::string_view& text);
    bool read_bootargs(const fdt::Property& property);
    bool read_on_fault(const fdt::Property& property);

    [[nodiscard]] bool has(GuestProperty which) const { return seen_[static_cast<size_t>(which)]; }
    bool fail(Kind kind, std::string_view property, uint64_t number = 0, uint64_t least = 0, uint64_t limit = 0,
              std::string_view text = {})
    {
        error_ = {kind, guest_.name, property, number, least, limit, text};
        return false;
    }

    fdt::Node node_;
    GuestDescription& guest_;
    DescriptionError& error_;
    std::array<bool, guest_property_count> seen_{};
};

bool GuestReader::run()
{
    guest_.name = node_.name();
    if (!check_name()) {
        return false;
    }
    for (const fdt::Property& property : node_.properties()) {
        if (!take(property)) {
            return false;
        }
    }
    for (const fdt::Node child : node_.children()) {
        return fail(Kind::node_in_guest, {}, 0, 0, 0, child.name());
    }
    return check_whole();
}

bool GuestReader::check_name()
{
    for (const char c : guest_.name) {
        if (!may_be_in_a_name(c)) {
            return fail(Kind::bad_name, {});
        }
    }
    const size_t size = guest_.name.size();
    return size <= GuestDescription::max_name || fail(Kind::name_too_long, {}, size, 0, GuestDescription::max_name);
}

bool GuestReader::take(const fdt::Property& property)
{
    const std::optional<GuestProperty> which = guest_property_named(property.name);
    if (!which) {
        return fail(Kind::unknown_property, property.name, 0, 0, 0, guest_property_like(property.name));
    }
    bool& seen = seen_[static_cast<size_t>(*which)];
    if (seen) {
        return fail(Kind::repeated_property, property.name);
    }
    seen = true;
    return read(*which, property);
}

bool GuestReader::check_whole()
{
    for (const GuestProperty each : {GuestProperty::memory, GuestProperty::kernel}) {
        if (!has(each)) {
            return fail(Kind::missing_property, name_of(each));
        }
    }
    if (guest_.kernel.size() > guest_.memory) {
        return fail(Kind::larger_than_memory, "kernel", guest_.kernel.size(), 0, guest_.memory);
    }
    if (guest_.initrd.size() > guest_.memory) {
        return fail(Kind::larger_than_memory, "initrd", guest_.initrd.size(), 0, guest_.memory);
    }
    if (has(GuestProperty::restart_limit) && guest_.on_fault != OnFault::restart) {
        return fail(Kind::restarts_without_restart, name_of(GuestProperty::restart_limit));
    }
    return true;
}

bool GuestReader::read(GuestProperty which, const fdt::Property& property)
{
    switch (which) {
    case GuestProperty::harts:
        return read_number(property, 1, GuestDescription::max_harts, guest_.harts);
    case GuestProperty::memory:
        return read_memory(property);
    case GuestProperty::kernel:
        return read_image(property, guest_.kernel);
    case GuestProperty::initrd:
        return read_image(property, guest_.initrd);
    case GuestProperty::bootargs:
        return read_bootargs(property);
    case GuestProperty::on_fault:
        return read_on_fault(property);
    case GuestProperty::restart_limit:
        return read_number(property, 1, GuestDescription::max_restart_limit, guest_.restart_limit);
    }
    return false;
}

bool GuestReader::read_number(const fdt::Property& property, uint32_t least, uint32_t limit, uint32_t& number)
{
    const std::optional<uint32_t> cell = property.u32();
    if (!cell) {
        return fail(Kind::bad_length, property.name, property.value.size());
    }
    number = *cell;
    return (number >= least && number <= limit) ||
           fail(Kind::number_out_of_range, property.name, number, least, limit);
}

bool GuestReader::read_memory(const fdt::Property& property)
{
    constexpr uint64_t least = GuestDescription::least_memory;
    constexpr uint64_t most = GuestDescription::most_memory;
    const std::optional<uint64_t> size = property.u64();
    if (!size) {
        return fail(Kind::bad_length, property.name, property.value.size());
    }
    if (*size < least || *size > most) {
        return fail(Kind::size_out_of_range, property.name, *size, least, most);
    }
    guest_.memory = *size;
    return *size % GuestDescription::memory_unit == 0 || fail(Kind::not_whole_pages, property.name, *size);
}

bool GuestReader::read_image(const fdt::Property& property, std::span<const std::byte>& image)
{
    image = property.value;
    return !image.empty() || fail(Kind::empty_image, property.name);
}

/// One string, and nothing behind it.
bool GuestReader::read_string(const fdt::Property& property, std::string_view& text)
{
    const std::optional<std::string_view> first = property.string();
    text = first.value_or(std::string_view{});
    return (first && text.size() + 1 == property.value.size()) || fail(Kind::no_string, property.name);
}

bool GuestReader::read_bootargs(const fdt::Property& property)
{
    constexpr size_t most = GuestDescription::max_bootargs;
    return read_string(property, guest_.bootargs) &&
           (guest_.bootargs.size() <= most ||
            fail(Kind::text_too_long, property.name, guest_.bootargs.size(), 0, most));
}

bool GuestReader::read_on_fault(const fdt::Property& property)
{
    std::string_view word;
    if (!read_string(property, word)) {
        return false;
    }
    for (const OnFault each : {OnFault::stop, OnFault::restart, OnFault::halt_machine}) {
        if (word == name_of(each)) {
            guest_.on_fault = each;
            return true;
        }
    }
    return fail(Kind::bad_word, property.name, 0, 0, 0, word);
}

Unexpected<DescriptionError> wrong(Kind kind, std::string_view property, std::string_view text = {})
{
    return Unexpected{DescriptionError{kind, {}, property, 0, 0, 0, text}};
}

Expected<void, DescriptionError> check_root(fdt::Node root)
{
    const std::optional<fdt::Property> compatible = root.property("compatible");
    if (!compatible) {
        return wrong(Kind::missing_property, "compatible");
    }
    if (!compatible->strings().contains(root_compatible)) {
        return wrong(Kind::bad_word, "compatible", compatible->string().value_or(std::string_view{}));
    }
    for (const fdt::Property& property : root.properties()) {
        if (!is_root_property(property.name)) {
            return wrong(Kind::unknown_property, property.name);
        }
    }
    return {};
}

bool holds_guest_named(const Description& description, std::string_view name)
{
    for (const GuestDescription& guest : description.guests) {
        if (guest.name == name) {
            return true;
        }
    }
    return false;
}

}  // namespace

Expected<void, DescriptionError> read_description(const fdt::Tree& tree, Description& description)
{
    HV_CHECK(check_root(tree.root()));
    description.dump_device_trees = tree.root().property("dump-device-trees").has_value();
    DescriptionError error{};
    size_t count = 0;
    for (const fdt::Node node : tree.root().children()) {
        ++count;
        if (description.guests.full()) {
            continue;
        }
        if (holds_guest_named(description, node.name())) {
            return Unexpected{DescriptionError{Kind::repeated_name, node.name()}};
        }
        GuestDescription guest;
        if (!GuestReader{node, guest, error}.run()) {
            return Unexpected{error};
        }
        description.guests.push_back(guest);
    }
    if (count == 0) {
        return wrong(Kind::no_guest, {});
    }
    if (count > Description::max_guests) {
        return Unexpected{DescriptionError{Kind::too_many_guests, {}, {}, count, 0, Description::max_guests}};
    }
    return {};
}

Expected<void, DescriptionError> check_machine(const Description& description, uint64_t harts, uint64_t memory)
{
    uint64_t used_harts = 0;
    uint64_t used_memory = 0;
    for (const GuestDescription& guest : description.guests) {
        // What is used never exceeds what there is.
        if (guest.harts > harts - used_harts) {
            return Unexpected{
                DescriptionError{Kind::too_few_harts, guest.name, "harts", guest.harts, used_harts, harts}};
        }
        if (guest.memory > memory - used_memory) {
            return Unexpected{
                DescriptionError{Kind::too_little_memory, guest.name, "memory", guest.memory, used_memory, memory}};
        }
        used_harts += guest.harts;
        used_memory += guest.memory;
    }
    return {};
}

}  // namespace hv::vm

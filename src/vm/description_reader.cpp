// Names, numbers and strings of a partition description, whichever node they stand in.
#include "description_reader.hpp"

namespace hv::vm {
namespace {

bool may_be_in_a_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '+' || c == ',';
}

}  // namespace

bool NodeReader::fail(Kind kind, std::string_view property, uint64_t number, uint64_t least, uint64_t limit)
{
    error_ = {};
    error_.kind = kind;
    error_.place = place_;
    error_.node = node_.name();
    error_.property = property;
    error_.number = number;
    error_.least = least;
    error_.limit = limit;
    return false;
}

bool NodeReader::fail(Kind kind, std::string_view property, std::string_view text)
{
    fail(kind, property);
    error_.text = text;
    return false;
}

bool NodeReader::check_node()
{
    constexpr size_t most = GuestDescription::max_name;
    for (const char c : node_.name()) {
        if (!may_be_in_a_name(c)) {
            return fail(Kind::bad_name);
        }
    }
    if (node_.name().size() > most) {
        return fail(Kind::name_too_long, {}, node_.name().size(), 0, most);
    }
    for (const fdt::Node child : node_.children()) {
        return fail(Kind::node_in_node, {}, child.name());
    }
    return true;
}

std::optional<size_t> NodeReader::take(const fdt::Property& property)
{
    const std::optional<size_t> number = property_named(place_, property.name);
    if (!number) {
        fail(Kind::unknown_property, property.name, property_like(place_, property.name));
        return {};
    }
    if (has(*number)) {
        fail(Kind::repeated_property, property.name);
        return {};
    }
    seen_ |= 1U << *number;
    return number;
}

bool NodeReader::read_number(const fdt::Property& property, uint32_t least, uint32_t limit, uint32_t& number)
{
    const std::optional<uint32_t> cell = property.u32();
    if (!cell) {
        return fail_length(property);
    }
    number = *cell;
    return (number >= least && number <= limit) ||
           fail(Kind::number_out_of_range, property.name, number, least, limit);
}

bool NodeReader::check_size(const fdt::Property& property, uint64_t size, uint64_t least, uint64_t limit)
{
    constexpr uint64_t page = 4096;
    if (size < least || size > limit) {
        return fail(Kind::size_out_of_range, property.name, size, least, limit);
    }
    return size % page == 0 || fail(Kind::not_whole_pages, property.name, size);
}

bool NodeReader::read_flag(const fdt::Property& property, bool& flag)
{
    flag = true;
    return property.value.empty() || fail_length(property);
}

/// One string, and nothing behind it.
bool NodeReader::read_string(const fdt::Property& property, std::string_view& text)
{
    const std::optional<std::string_view> first = property.string();
    text = first.value_or(std::string_view{});
    return (first && text.size() + 1 == property.value.size()) || fail(Kind::no_string, property.name);
}

bool NodeReader::check_strings(const fdt::Property& property)
{
    bool good = !property.value.empty() && property.value.back() == std::byte{0};
    for (const std::string_view each : property.strings()) {
        good = good && !each.empty();
    }
    return good || fail(Kind::no_strings, property.name);
}

bool NodeReader::fail_length(const fdt::Property& property)
{
    return fail(Kind::bad_length, property.name, property.value.size());
}

}  // namespace hv::vm

// Stepping through a structure block that is known to be well-formed.
#include <hv/fdt/node.hpp>

namespace hv::fdt {

Node Cursor::node() const
{
    return Node{{reinterpret_cast<const char*>(at_ + 4), size_}, strings_};
}

void Cursor::skip_node()
{
    for (uint32_t depth = 1; depth != 0;) {
        const Token token = next();
        if (token == Token::begin_node) {
            ++depth;
        } else if (token == Token::end_node) {
            --depth;
        }
    }
}

ChildRange::Iterator::Iterator(Cursor cursor) : cursor_{cursor}
{
    Token token{};
    do {
        token = cursor_.next();
    } while (token == Token::property);
    more_ = token == Token::begin_node;
}

Node ChildRange::Iterator::operator*() const
{
    return cursor_.node();
}

ChildRange::Iterator& ChildRange::Iterator::operator++()
{
    cursor_.skip_node();
    more_ = cursor_.next() == Token::begin_node;
    return *this;
}

std::string_view Node::base_name() const
{
    return before(name(), '@');
}

Cursor Node::body() const
{
    return Cursor{reinterpret_cast<const std::byte*>(name_.data()) + round_up_to_4(name_.size() + 1), strings_};
}

std::optional<Property> Node::property(std::string_view name) const
{
    for (Cursor cursor = body(); cursor.next() == Token::property;) {
        if (text_is(cursor.property_name(), name)) {
            return cursor.property();
        }
    }
    return {};
}

std::optional<Node> Node::child(std::string_view name) const
{
    for (Node each : children()) {
        if (name_matches(each.name(), name)) {
            return each;
        }
    }
    return {};
}

bool Node::is_compatible(std::string_view wanted) const
{
    const std::optional<Property> compatible = property("compatible");
    return compatible && compatible->strings().contains(wanted);
}

bool Node::is_available() const
{
    const std::optional<Property> status = property("status");
    return !status || is_okay(status->string().value_or(""));
}

bool is_okay(std::string_view status)
{
    return status == "okay" || status == "ok";
}

bool name_matches(std::string_view node_name, std::string_view component)
{
    if (!node_name.starts_with(component)) {
        return false;
    }
    if (node_name.size() == component.size()) {
        return true;
    }
    return node_name[component.size()] == '@' && before(component, '@') == component;
}

}  // namespace hv::fdt

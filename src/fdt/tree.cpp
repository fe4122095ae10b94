// Finding a node in a device tree, by path, alias or phandle.
#include <hv/fdt/tree.hpp>

namespace hv::fdt {
namespace {

/// Takes the first component off `path`, and the slashes around it. Empty where there is none left.
std::string_view take_component(std::string_view& path)
{
    while (path.starts_with('/')) {
        path.remove_prefix(1);
    }
    const std::string_view component = before(path, '/');
    path.remove_prefix(component.size());
    return component;
}

std::optional<Node> find_below(Node node, std::string_view path)
{
    for (;;) {
        const std::string_view component = take_component(path);
        if (component.empty()) {
            return node;
        }
        const std::optional<Node> child = node.child(component);
        if (!child) {
            return {};
        }
        node = *child;
    }
}

}  // namespace

Node Tree::root() const
{
    Cursor cursor = walk();
    cursor.next();
    return cursor.node();
}

std::optional<Node> Tree::find(std::string_view path) const
{
    if (path.empty()) {
        return {};
    }
    if (path.front() == '/') {
        return find_below(root(), path);
    }
    const std::optional<Node> aliases = root().child("aliases");
    const std::optional<Property> alias = aliases ? aliases->property(take_component(path)) : std::nullopt;
    const std::optional<std::string_view> target = alias ? alias->string() : std::nullopt;
    // An alias of an alias is none: so this cannot go round in circles.
    if (!target || !target->starts_with('/')) {
        return {};
    }
    const std::optional<Node> node = find_below(root(), *target);
    return node ? find_below(*node, path) : std::nullopt;
}

std::optional<Node> Tree::find_phandle(uint32_t phandle) const
{
    // [dt] neither is a phandle: 0 is none, and all ones is what references that do not resolve hold.
    if (phandle == 0 || phandle == UINT32_MAX) {
        return {};
    }
    Cursor cursor = walk();
    std::optional<Node> node;
    for (Token token = cursor.next(); token != Token::end; token = cursor.next()) {
        if (token == Token::begin_node) {
            node = cursor.node();
        } else if (token == Token::property) {
            const char* name = cursor.property_name();
            if ((text_is(name, "phandle") || text_is(name, "linux,phandle")) &&
                cursor.property().u32() == phandle) {
                return node;
            }
        }
    }
    return {};
}

uint32_t Tree::offset_of(const void* place) const
{
    return static_cast<uint32_t>(static_cast<const std::byte*>(place) - bytes_.data());
}

}  // namespace hv::fdt

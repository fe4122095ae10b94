// A node of a device tree: its name, its properties, its children. A small value that points into the tree.
#pragma once

#include <hv/fdt/property.hpp>

namespace hv::fdt {

/// [dt] Flattened Devicetree Format: Lexical structure.
enum class Token : uint32_t { begin_node = 1, end_node = 2, property = 3, nop = 4, end = 9 };

class Node;

/// Steps through a structure block token by token. It checks nothing: only Tree, which has checked the whole block
/// when it was opened, hands one out.
class Cursor {
public:
    /// `next` is the token that next() is to take; property names lie in `strings`.
    Cursor(const std::byte* next, const std::byte* strings) : next_{next}, strings_{strings} {}

    /// The next token that is not a NOP. Token::end is the last, and comes again and again.
    Token next();
    /// The node that the last next() began.
    [[nodiscard]] Node node() const;
    /// The property that the last next() met.
    [[nodiscard]] Property property() const { return {read_text(property_name()), property_value()}; }
    /// Its name with a NUL behind it: to compare with text_is().
    [[nodiscard]] const char* property_name() const
    {
        return reinterpret_cast<const char*>(strings_ + property_name_offset());
    }
    /// Where that lies in the strings block. Properties of one name mostly, not always, share it.
    [[nodiscard]] uint32_t property_name_offset() const { return read_be32(at_ + 8); }
    [[nodiscard]] std::span<const std::byte> property_value() const { return {at_ + 12, size_}; }
    /// From a node that the last next() began to behind its end.
    void skip_node();

private:
    const std::byte* at_ = nullptr;
    const std::byte* next_;
    const std::byte* strings_;
    size_t size_ = 0;  // of the name or the value that the last token had
};

inline Token Cursor::next()
{
    for (;; next_ += 4) {
        at_ = next_;
        // The block has been checked, and every token fits in the last of its four bytes.
        const Token token{std::to_integer<uint32_t>(at_[3])};
        if (token == Token::property) {
            size_ = read_be32(at_ + 4);
            next_ += 12 + round_up_to_4(size_);
        } else if (token == Token::begin_node) {
            size_ = read_text(reinterpret_cast<const char*>(at_ + 4)).size();
            next_ += 4 + round_up_to_4(size_ + 1);
        } else if (token == Token::end_node) {
            next_ += 4;
        } else if (token == Token::nop) {
            continue;
        }
        return token;
    }
}

class PropertyRange {
public:
    class Iterator {
    public:
        explicit Iterator(Cursor cursor) : cursor_{cursor} { ++*this; }
        Property operator*() const { return cursor_.property(); }
        Iterator& operator++()
        {
            more_ = cursor_.next() == Token::property;
            return *this;
        }
        bool operator==(RangeEnd) const { return !more_; }

    private:
        Cursor cursor_;
        bool more_ = false;
    };

    explicit PropertyRange(Cursor body) : body_{body} {}
    [[nodiscard]] Iterator begin() const { return Iterator{body_}; }
    [[nodiscard]] RangeEnd end() const { return {}; }

private:
    Cursor body_;
};

class ChildRange {
public:
    class Iterator {
    public:
        explicit Iterator(Cursor cursor);
        Node operator*() const;
        Iterator& operator++();
        bool operator==(RangeEnd) const { return !more_; }

    private:
        Cursor cursor_;
        bool more_ = false;
    };

    explicit ChildRange(Cursor body) : body_{body} {}
    [[nodiscard]] Iterator begin() const { return Iterator{body_}; }
    [[nodiscard]] RangeEnd end() const { return {}; }

private:
    Cursor body_;
};

/// Valid as long as the tree's bytes are; it does not need the Tree.
class Node {
public:
    Node(std::string_view name, const std::byte* strings) : name_{name}, strings_{strings} {}

    /// With the unit address: "serial@10000000". The root's is empty.
    [[nodiscard]] std::string_view name() const { return name_; }
    /// Without it: "serial".
    [[nodiscard]] std::string_view base_name() const;

    [[nodiscard]] PropertyRange properties() const { return PropertyRange{body()}; }
    [[nodiscard]] ChildRange children() const { return ChildRange{body()}; }

    [[nodiscard]] std::optional<Property> property(std::string_view name) const;
    /// The first child of that name; a name without "@" also finds a child that has a unit address.
    [[nodiscard]] std::optional<Node> child(std::string_view name) const;

    [[nodiscard]] bool is_compatible(std::string_view wanted) const;
    /// Its status is okay or not given.
    [[nodiscard]] bool is_available() const;

    friend bool operator==(Node a, Node b) { return a.name_.data() == b.name_.data(); }

private:
    [[nodiscard]] Cursor body() const;

    std::string_view name_;  // what the node's properties follow
    const std::byte* strings_;
};

/// What a status says when the device can be used: "okay", or "ok" in old trees. [dt] Standard Properties: status.
[[nodiscard]] bool is_okay(std::string_view status);

/// Does a path's component name this node? [dt] Path Names: the unit address may be left out.
[[nodiscard]] bool name_matches(std::string_view node_name, std::string_view component);

}  // namespace hv::fdt

// The grammar of format strings: one scanner, run by the compiler to check them and by the kernel to follow them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hv {

/// What stands behind the colon of a field: {:[[fill]align][#][0][width][type]}
///   align   <  left (the default of words), > right (the default of numbers), ^ centred; any fill but a brace
///   #       0x or 0b in front, counted in the width
///   0       zeros between prefix and digits, up to the width
///   type    d x X b for integers, x X for addresses, ? quotes characters and strings
struct FormatSpec {
    char fill = ' ';
    char align = '\0';
    bool alternate = false;
    bool zero = false;
    char type = '\0';
    unsigned width = 0;

    friend constexpr bool operator==(const FormatSpec&, const FormatSpec&) = default;
};

/// Which specifications a type understands.
enum class FormatClass : uint8_t {
    integer,
    address,
    quotable,  ///< characters and strings
    word,      ///< bool, named enumerators, byte sizes
    custom,    ///< a type's own format_value(): {} only
};

[[nodiscard]] constexpr bool spec_fits(const FormatSpec& spec, FormatClass type)
{
    if (spec.zero && spec.align != '\0') {
        return false;
    }
    const bool hex = spec.type == 'x' || spec.type == 'X';
    const bool plain = spec.type == '\0' || spec.type == '?';
    switch (type) {
    case FormatClass::integer:
        return spec.alternate ? hex || spec.type == 'b' : plain || hex || spec.type == 'b' || spec.type == 'd';
    case FormatClass::address:
        return spec.alternate ? hex : plain || hex;
    case FormatClass::quotable:
    case FormatClass::word:
        return plain && !spec.alternate && !spec.zero;
    case FormatClass::custom:
        return spec == FormatSpec{};
    }
    return false;
}

/// One piece of a format string: text to copy, or a field to fill in.
struct FormatPiece {
    enum class Kind : uint8_t { end, text, field, unbalanced_brace, malformed_spec };
    Kind kind = Kind::end;
    std::string_view text{};
    FormatSpec spec{};
};

/// Cuts a format string into its pieces. After a faulty piece there is only the end.
class FormatScanner {
public:
    constexpr explicit FormatScanner(std::string_view format) : rest_{format} {}

    [[nodiscard]] constexpr FormatPiece next()
    {
        if (rest_.empty()) {
            return {};
        }
        const char first = rest_.front();
        if (first != '{' && first != '}') {
            return {FormatPiece::Kind::text, take(length_until('{', '}')), {}};
        }
        if (rest_.size() > 1 && rest_[1] == first) {
            rest_.remove_prefix(1);
            return {FormatPiece::Kind::text, take(1), {}};
        }
        const size_t end = length_until('}', '}');
        if (first == '}' || end == rest_.size()) {
            return {FormatPiece::Kind::unbalanced_brace, take(rest_.size()), {}};
        }
        FormatPiece piece{FormatPiece::Kind::field, take(end + 1), {}};
        if (!parse_field(piece.text, piece.spec)) {
            piece.kind = FormatPiece::Kind::malformed_spec;
            rest_ = {};
        }
        return piece;
    }

private:
    std::string_view rest_;
    /// A line is never wider; the limit keeps the width from overflowing.
    static constexpr unsigned max_width = 1000;

    // substr() and find() would call functions that a kernel does not have.
    [[nodiscard]] constexpr size_t length_until(char a, char b) const
    {
        size_t length = 0;
        while (length < rest_.size() && rest_[length] != a && rest_[length] != b) {
            ++length;
        }
        return length;
    }
    constexpr std::string_view take(size_t length)
    {
        const std::string_view taken{rest_.data(), length};
        rest_.remove_prefix(length);
        return taken;
    }

    static constexpr bool is_align(char c) { return c == '<' || c == '>' || c == '^'; }
    static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

    /// `field` is a whole one, {} or {:specification}; its last character, the brace, matches none of the parts.
    static constexpr bool parse_field(std::string_view field, FormatSpec& spec)
    {
        if (field.size() == 2) {
            return true;
        }
        if (field[1] != ':') {
            return false;
        }
        const char* at = field.data() + 2;
        const char* const brace = field.data() + field.size() - 1;
        if (at != brace && is_align(at[1])) {
            spec.fill = *at++;
            spec.align = *at++;
        } else if (is_align(*at)) {
            spec.align = *at++;
        }
        if (*at == '#') {
            spec.alternate = true;
            ++at;
        }
        spec.zero = *at == '0';
        for (; is_digit(*at) && spec.width < max_width; ++at) {
            spec.width = spec.width * 10 + static_cast<unsigned>(*at - '0');
        }
        if (*at == 'd' || *at == 'x' || *at == 'X' || *at == 'b' || *at == '?') {
            spec.type = *at++;
        }
        return at == brace && spec.fill != '{';
    }
};

}  // namespace hv

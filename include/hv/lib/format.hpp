// println(sink, "v = {}", v): type-safe text, its format string checked by the compiler, written without
// allocating.
//
//   {}        any value: 42, true, text, 0x80200000, 0x80000000..0x84000000, ['a', 'b'], ["x", "y"], 4 KiB
//   {:#x}     format_spec.hpp lists what may stand behind the colon
//   {{ }}     the braces themselves
//
// An enumerator prints as what `std::string_view name_of(E)`, found beside its type, says, else as a number. A
// class prints as what `void format_value(FormatOutput&, const T&)`, found beside it, writes.
#pragma once

#include <hv/lib/format_arg.hpp>

namespace hv {

/// Views of `Args` that live as long as the values do.
template <typename... Args>
class FormatArgStore {
public:
    explicit FormatArgStore(const Args&... args) : args_{format_detail::make_arg(args)...} {}
    [[nodiscard]] FormatArgs view() const { return args_; }

private:
    std::array<FormatArg, sizeof...(Args)> args_;
};

namespace format_detail {

// Never defined: the compiler names the one it meets in its message on a wrong format string.
void a_brace_has_no_partner();
void a_field_is_malformed();
void there_are_more_fields_than_arguments();
void there_are_fewer_fields_than_arguments();
void a_field_does_not_fit_its_argument();
void the_format_string_does_not_end_in_nul();

consteval void check_format(std::string_view format, std::span<const FormatClass> classes)
{
    FormatScanner scanner{format};
    size_t fields = 0;
    for (FormatPiece piece = scanner.next(); piece.kind != FormatPiece::Kind::end; piece = scanner.next()) {
        if (piece.kind == FormatPiece::Kind::unbalanced_brace) {
            a_brace_has_no_partner();
        }
        if (piece.kind == FormatPiece::Kind::malformed_spec) {
            a_field_is_malformed();
        }
        if (piece.kind == FormatPiece::Kind::field) {
            if (fields == classes.size()) {
                there_are_more_fields_than_arguments();
            }
            if (!spec_fits(piece.spec, classes[fields])) {
                a_field_does_not_fit_its_argument();
            }
            ++fields;
        }
    }
    if (fields < classes.size()) {
        there_are_fewer_fields_than_arguments();
    }
}

}  // namespace format_detail

/// A string literal that was checked against `Args` when it was compiled.
template <typename... Args>
class FormatString {
public:
    template <size_t n>
    // NOLINTNEXTLINE(google-explicit-constructor): a string literal is meant to convert.
    consteval FormatString(const char (&text)[n]) : text_{text, n - 1}
    {
        if (text[n - 1] != '\0') {
            format_detail::the_format_string_does_not_end_in_nul();
        }
        const std::array<FormatClass, sizeof...(Args)> classes{format_detail::class_of<Args>()...};
        format_detail::check_format(text_, classes);
    }

    [[nodiscard]] constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

/// What print() and println() stand on. A format string that does not fit `args`, which no FormatString is, shows
/// its faulty part as it stands.
void vformat_to(FormatOutput& out, std::string_view format, FormatArgs args);
void vformat_to(Sink& sink, std::string_view format, FormatArgs args);
void vformat_line_to(Sink& sink, std::string_view format, FormatArgs args);

template <typename... Args>
void print(Sink& sink, FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    vformat_to(sink, format.text(), FormatArgStore<Args...>{args...}.view());
}

/// For a format_value() that is made of formatted parts.
template <typename... Args>
void print(FormatOutput& out, FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    vformat_to(out, format.text(), FormatArgStore<Args...>{args...}.view());
}

/// print() and a newline. Where a lock is to keep the lines of several harts apart, the sink's owner holds it.
template <typename... Args>
void println(Sink& sink, FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    vformat_line_to(sink, format.text(), FormatArgStore<Args...>{args...}.view());
}

}  // namespace hv

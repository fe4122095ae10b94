// println(sink, "v = {}", v): follows a format string at run time, and writes each kind of value.
#include <hv/lib/format.hpp>

#include <algorithm>

namespace hv {

void FormatOutput::put(char c)
{
    if (used_ == sizeof(buffer_)) {
        flush();
    }
    buffer_[used_++] = c;
}

void FormatOutput::write(std::string_view text)
{
    for (const char c : text) {
        put(c);
    }
}

void FormatOutput::fill(char c, size_t count)
{
    for (; count > 0; --count) {
        put(c);
    }
}

void FormatOutput::flush()
{
    if (used_ > 0) {
        sink_.write({buffer_, used_});
        used_ = 0;
    }
}

namespace {

constexpr char lower_digits[] = "0123456789abcdef";
constexpr char upper_digits[] = "0123456789ABCDEF";

/// Enough for 64 binary digits and what may be in front of them.
class NumberText {
public:
    void prepend(char c) { text_[--start_] = c; }
    void prepend_digits(uint64_t value, unsigned base, const char* digits)
    {
        do {
            prepend(digits[value % base]);
            value /= base;
        } while (value != 0);
    }
    [[nodiscard]] std::string_view text() const { return {text_ + start_, sizeof(text_) - start_}; }

private:
    char text_[64];
    size_t start_ = sizeof(text_);
};

/// How many characters of `fill` go where around `length` characters.
struct Padding {
    size_t before;
    size_t after;

    Padding(const FormatSpec& spec, char default_align, size_t length)
    {
        const size_t total = spec.width > length ? spec.width - length : 0;
        const char align = spec.align == '\0' ? default_align : spec.align;
        before = align == '>' ? total : align == '^' ? total / 2 : 0;
        after = total - before;
    }
};

void write_number(FormatOutput& out, const FormatSpec& spec, bool negative, uint64_t magnitude)
{
    unsigned base = 10;
    const char* digits = lower_digits;
    const char* sign_and_prefix = "-0x";
    if (spec.type == 'x' || spec.type == 'X') {
        base = 16;
        digits = spec.type == 'X' ? upper_digits : lower_digits;
    } else if (spec.type == 'b') {
        base = 2;
        sign_and_prefix = "-0b";
    }
    std::string_view prefix{sign_and_prefix, spec.alternate ? 3U : 1U};
    if (!negative) {
        prefix.remove_prefix(1);
    }
    NumberText text;
    text.prepend_digits(magnitude, base, digits);
    const Padding padding{spec, '>', prefix.size() + text.text().size()};
    out.fill(spec.fill, spec.zero ? 0 : padding.before);
    out.write(prefix);
    out.fill('0', spec.zero ? padding.before : 0);
    out.write(text.text());
    out.fill(spec.fill, padding.after);
}

/// How one character stands between two `quote`s: what could steer a terminal is an escape.
class Escaped {
public:
    [[gnu::noinline]] Escaped(char c, char quote)
    {
        const auto code = static_cast<unsigned char>(c);
        if (const char name = name_of_control(c); name != '\0') {
            append('\\');
            append(name);
        } else if (code < 0x20 || code >= 0x7f) {
            append('\\');
            append('x');
            append(lower_digits[code >> 4]);
            append(lower_digits[code & 0xf]);
        } else {
            if (c == quote || c == '\\') {
                append('\\');
            }
            append(c);
        }
    }

    [[nodiscard]] std::string_view text() const { return {text_, length_}; }

private:
    char text_[4];
    size_t length_ = 0;

    void append(char c) { text_[length_++] = c; }

    static char name_of_control(char c)
    {
        switch (c) {
        case '\0':
            return '0';
        case '\t':
            return 't';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        default:
            return '\0';
        }
    }
};

/// Between two `quote`s and with escapes where the specification asks for that.
void write_text(FormatOutput& out, const FormatSpec& spec, std::string_view text, char quote)
{
    const bool quoted = spec.type == '?';
    size_t length = text.size();
    if (quoted) {
        length = 2;
        for (const char c : text) {
            length += Escaped{c, quote}.text().size();
        }
    }
    const Padding padding{spec, '<', length};
    out.fill(spec.fill, padding.before);
    if (quoted) {
        out.put(quote);
        for (const char c : text) {
            out.write(Escaped{c, quote}.text());
        }
        out.put(quote);
    } else {
        out.write(text);
    }
    out.fill(spec.fill, padding.after);
}

}  // namespace

namespace format_detail {

void write_unsigned(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    write_number(out, spec, false, arg.number);
}

void write_signed(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    const bool negative = static_cast<int64_t>(arg.number) < 0;
    write_number(out, spec, negative, negative ? 0 - arg.number : arg.number);
}

void write_address(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    FormatSpec hex = spec;
    if (spec.type != 'x' && spec.type != 'X') {
        hex.type = 'x';
        hex.alternate = true;
    }
    write_number(out, hex, false, arg.number);
}

void write_range(FormatOutput& out, const FormatSpec& spec, uint64_t start, uint64_t size)
{
    write_address(out, spec, {write_address, nullptr, start});
    out.write("..");
    if (size != 0 && start + size == 0) {
        // The end of the address space has no 64-bit number.
        out.write("0x10000000000000000");
    } else {
        write_address(out, spec, {write_address, nullptr, start + size});
    }
}

void write_char(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    const char c = static_cast<char>(arg.number);
    write_text(out, spec, {&c, 1}, '\'');
}

void write_string(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    write_text(out, spec, {static_cast<const char*>(arg.data), static_cast<size_t>(arg.number)}, '"');
}

void write_c_string(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    if (arg.data == nullptr) {
        write_word(out, spec, {write_word, "(null)", 6});
    } else {
        const auto* text = static_cast<const char*>(arg.data);
        size_t length = 0;
        while (text[length] != '\0') {
            ++length;
        }
        write_text(out, spec, {text, length}, '"');
    }
}

void write_word(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    FormatSpec unquoted = spec;
    unquoted.type = '\0';
    write_string(out, unquoted, arg);
}

void write_bytes(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    static constexpr std::string_view units[] = {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    uint64_t value = arg.number;
    constexpr std::string_view bytes = " bytes";
    std::string_view unit{bytes.data(), bytes.size() - (value == 1 ? 1 : 0)};
    bool half = false;
    // A unit says the size exactly if that is a whole number of its halves.
    for (size_t i = 0; i < std::size(units) && !half && value >= 1024 && value % 512 == 0; ++i) {
        half = value % 1024 != 0;
        value /= 1024;
        unit = units[i];
    }
    NumberText text;
    for (size_t i = unit.size(); i > 0; --i) {
        text.prepend(unit[i - 1]);
    }
    if (half) {
        text.prepend('5');
        text.prepend('.');
    }
    text.prepend_digits(value, 10, lower_digits);
    write_text(out, spec, text.text(), '"');
}

}  // namespace format_detail

void vformat_to(FormatOutput& out, std::string_view format, FormatArgs args)
{
    FormatScanner scanner{format};
    for (FormatPiece piece = scanner.next(); piece.kind != FormatPiece::Kind::end; piece = scanner.next()) {
        if (piece.kind == FormatPiece::Kind::field && !args.empty()) {
            args.front().write(out, piece.spec, args.front());
            args = args.subspan(1);
        } else {
            out.write(piece.text);
        }
    }
}

void vformat_to(Sink& sink, std::string_view format, FormatArgs args)
{
    FormatOutput out{sink};
    vformat_to(out, format, args);
}

void vformat_line_to(Sink& sink, std::string_view format, FormatArgs args)
{
    FormatOutput out{sink};
    vformat_to(out, format, args);
    out.put('\n');
}

}  // namespace hv

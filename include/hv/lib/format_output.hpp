// What formatting writes through: a small buffer before a sink, and one function for each kind of value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/lib/format_spec.hpp>
#include <hv/lib/sink.hpp>

namespace hv {

/// Gathers characters into pieces, so that a sink is called once for a short line. A type's own
/// `format_value(FormatOutput&, const T&)` writes to it, with these functions or with print().
class FormatOutput {
public:
    explicit FormatOutput(Sink& sink) : sink_{sink} {}
    ~FormatOutput() { flush(); }
    FormatOutput(const FormatOutput&) = delete;
    FormatOutput& operator=(const FormatOutput&) = delete;

    void put(char c);
    void write(std::string_view text);
    /// `c`, `count` times.
    void fill(char c, size_t count);
    /// Passes on what was gathered; the destructor does so, too.
    void flush();

private:
    Sink& sink_;
    size_t used_ = 0;
    // Not cleared: only its first `used_` characters are read.
    char buffer_[128];
};

/// A value on its way into a format string, its type erased: the function that writes it, and what that looks at.
struct FormatArg {
    void (*write)(FormatOutput&, const FormatSpec&, const FormatArg&) = nullptr;
    const void* data = nullptr;
    uint64_t number = 0;  ///< the value itself, or how many elements there are at `data`
};
using FormatArgs = std::span<const FormatArg>;

namespace format_detail {

using Writer = void(FormatOutput&, const FormatSpec&, const FormatArg&);
// Of `number`:
Writer write_unsigned;
Writer write_signed;
Writer write_address;
Writer write_char;
Writer write_bytes;
// Of the `number` characters at `data`, where a word is a string that is never quoted:
Writer write_string;
Writer write_word;
// Of the characters up to the NUL behind `data`, which may be null:
Writer write_c_string;

/// 0x80000000..0x84000000, the end not included.
void write_range(FormatOutput& out, const FormatSpec& spec, uint64_t start, uint64_t size);

}  // namespace format_detail
}  // namespace hv

// How a value of any type becomes a FormatArg.
#pragma once

#include <hv/lib/format_class.hpp>

namespace hv::format_detail {

template <typename T>
FormatArg make_arg(const T& value);

/// Writes a `T` that fits into no FormatArg, and that `data` therefore points at.
template <typename T>
void write_object(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    const T& value = *static_cast<const T*>(arg.data);
    if constexpr (is_address_range<T>) {
        write_range(out, spec, value.start.value(), value.size);
    } else {
        format_value(out, value);
    }
}

/// Writes [1, 2, 3], each element with the range's specification, characters and strings quoted.
template <typename T>
void write_elements(FormatOutput& out, const FormatSpec& spec, const FormatArg& arg)
{
    FormatSpec element_spec = spec;
    if (class_of<T>() == FormatClass::quotable) {
        element_spec.type = '?';
    }
    out.put('[');
    for (uint64_t i = 0; i < arg.number; ++i) {
        if (i > 0) {
            out.write(", ");
        }
        const FormatArg element = make_arg(static_cast<const T*>(arg.data)[i]);
        element.write(out, element_spec, element);
    }
    out.put(']');
}

template <typename T>
FormatArg make_text_arg(const T& value)
{
    if constexpr (std::is_array_v<T>) {
        // A literal, or a field of fixed width that need not have a NUL.
        size_t length = 0;
        while (length < std::size(value) && value[length] != '\0') {
            ++length;
        }
        return {write_string, value, length};
    } else if constexpr (std::is_pointer_v<T>) {
        return {write_c_string, value, 0};
    } else {
        const std::string_view text = value;
        return {write_string, text.data(), text.size()};
    }
}

template <typename T>
FormatArg make_arg(const T& value)
{
    if constexpr (OwnFormat<T> || is_address_range<T>) {
        return {write_object<T>, &value, 0};
    } else if constexpr (std::is_same_v<T, bool>) {
        const std::string_view word = value ? "true" : "false";
        return {write_word, word.data(), word.size()};
    } else if constexpr (NamedEnum<T>) {
        const std::string_view word = name_of(value);
        return {write_word, word.data(), word.size()};
    } else if constexpr (std::is_same_v<T, Bytes>) {
        return {write_bytes, nullptr, value.count};
    } else if constexpr (std::is_same_v<T, char>) {
        return {write_char, nullptr, static_cast<unsigned char>(value)};
    } else if constexpr (Text<T>) {
        return make_text_arg(value);
    } else if constexpr (std::is_enum_v<T>) {
        return make_arg(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (Integer<T>) {
        return {std::is_signed_v<T> ? write_signed : write_unsigned, nullptr, static_cast<uint64_t>(value)};
    } else if constexpr (std::is_null_pointer_v<T>) {
        return {write_address, nullptr, 0};
    } else if constexpr (std::is_pointer_v<T>) {
        return {write_address, nullptr, reinterpret_cast<uintptr_t>(value)};
    } else if constexpr (is_address<T>) {
        return {write_address, nullptr, value.value()};
    } else {
        return {write_elements<ElementOf<T>>, std::data(value), std::size(value)};
    }
}

}  // namespace hv::format_detail

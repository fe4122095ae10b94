// Which kinds of values there are in formatting, and which of the specifications each type understands.
#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <hv/lib/address.hpp>
#include <hv/lib/format_output.hpp>

namespace hv {

/// Formats as a size, in the largest unit that says it exactly: 12 bytes, 4 KiB, 1.5 MiB, 1280 KiB.
struct Bytes {
    uint64_t count = 0;
};

namespace format_detail {

template <typename T>
concept OwnFormat = requires(FormatOutput& out, const T& value)
{
    format_value(out, value);
};
template <typename T>
concept NamedEnum = std::is_enum_v<T> && requires(T value)
{
    {
        name_of(value)
        } -> std::convertible_to<std::string_view>;
};
template <typename T>
concept Text = std::convertible_to<const T&, std::string_view> && !std::is_null_pointer_v<T>;
template <typename T>
concept Integer = (std::integral<T> && sizeof(T) <= 8) || std::is_enum_v<T>;
template <typename T>
concept Elements = requires(const T& value)
{
    std::span{std::data(value), std::size(value)};
};
template <typename T>
using ElementOf = std::remove_cvref_t<decltype(*std::data(std::declval<const T&>()))>;

template <typename T>
inline constexpr bool is_address = std::is_null_pointer_v<T> ||
                                   (std::is_pointer_v<T> && !std::is_function_v<std::remove_pointer_t<T>>);
template <typename Space>
inline constexpr bool is_address<Address<Space>> = true;
template <typename T>
inline constexpr bool is_address_range = false;
template <typename Space>
inline constexpr bool is_address_range<AddressRange<Space>> = true;
template <typename T>
inline constexpr bool never = false;

template <typename T>
consteval FormatClass class_of()
{
    if constexpr (OwnFormat<T>) {
        return FormatClass::custom;
    } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Bytes> || NamedEnum<T>) {
        return FormatClass::word;
    } else if constexpr (std::is_same_v<T, char> || Text<T>) {
        return FormatClass::quotable;
    } else if constexpr (Integer<T>) {
        return FormatClass::integer;
    } else if constexpr (is_address<T> || is_address_range<T>) {
        return FormatClass::address;
    } else if constexpr (Elements<T>) {
        return class_of<ElementOf<T>>();
    } else {
        static_assert(never<T>, "not formattable: give the type a format_value(FormatOutput&, const T&)");
    }
}

}  // namespace format_detail
}  // namespace hv

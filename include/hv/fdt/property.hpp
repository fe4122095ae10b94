// A property of a device-tree node: a name, and bytes that mean what its reader expects of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hv::fdt {

/// The big-endian number at `at`, of any alignment. Byte by byte: this costs 10 instructions on the target, and a
/// call where the compiler is given a byte swap to do.
[[nodiscard]] constexpr uint32_t read_be32(const std::byte* at)
{
    return (std::to_integer<uint32_t>(at[0]) << 24) | (std::to_integer<uint32_t>(at[1]) << 16) |
           (std::to_integer<uint32_t>(at[2]) << 8) | std::to_integer<uint32_t>(at[3]);
}

[[nodiscard]] constexpr uint64_t read_be64(const std::byte* at)
{
    return (uint64_t{read_be32(at)} << 32) | read_be32(at + 4);
}

/// What names and values take up in the structure block, their padding included.
[[nodiscard]] constexpr size_t round_up_to_4(size_t size)
{
    return (size + 3) & ~size_t{3};
}

/// The text from `at` up to its NUL, which the caller knows to exist.
[[nodiscard]] constexpr std::string_view read_text(const char* at)
{
    size_t size = 0;
    while (at[size] != '\0') {
        ++size;
    }
    return {at, size};
}

/// Is the text at `at`, up to its NUL, `wanted`? Mostly it is not, and the first character says so: cheaper than to
/// measure the text first.
[[nodiscard]] constexpr bool text_is(const char* at, std::string_view wanted)
{
    for (char c : wanted) {
        if (*at++ != c) {
            return false;
        }
    }
    return *at == '\0';
}

/// `text` up to its first `end`, or all of it. (string_view's own search calls memchr, which the kernel lacks.)
[[nodiscard]] constexpr std::string_view before(std::string_view text, char end)
{
    size_t size = 0;
    while (size != text.size() && text[size] != end) {
        ++size;
    }
    return text.substr(0, size);
}

/// The end of every range of this reader.
struct RangeEnd {};

/// The strings of a value that holds several, each with its NUL. Bytes behind the last NUL are no string.
class StringList {
public:
    class Iterator {
    public:
        explicit Iterator(std::span<const std::byte> rest) : rest_{rest} { measure(); }

        std::string_view operator*() const { return {reinterpret_cast<const char*>(rest_.data()), size_}; }
        Iterator& operator++()
        {
            rest_ = rest_.subspan(size_ + 1);
            measure();
            return *this;
        }
        bool operator==(RangeEnd) const { return rest_.empty(); }

    private:
        void measure();

        std::span<const std::byte> rest_;
        size_t size_ = 0;
    };

    constexpr StringList() = default;
    constexpr explicit StringList(std::span<const std::byte> value) : value_{value} {}

    [[nodiscard]] Iterator begin() const { return Iterator{value_}; }
    [[nodiscard]] RangeEnd end() const { return {}; }
    [[nodiscard]] bool contains(std::string_view wanted) const;

private:
    std::span<const std::byte> value_;
};

/// Views into the tree. Each reading of the value is empty where the value has another length or form.
struct Property {
    std::string_view name;
    std::span<const std::byte> value;

    /// [dt] Property Values: <u32>, 4 bytes.
    [[nodiscard]] std::optional<uint32_t> u32() const;
    /// [dt] Property Values: <u64>, 8 bytes.
    [[nodiscard]] std::optional<uint64_t> u64() const;
    /// 4 or 8 bytes, for the properties that writers spell either way.
    [[nodiscard]] std::optional<uint64_t> number() const;
    /// [dt] Property Values: <string>; without its NUL. The first, where there are several.
    [[nodiscard]] std::optional<std::string_view> string() const;
    /// [dt] Property Values: <stringlist>.
    [[nodiscard]] StringList strings() const { return StringList{value}; }
};

}  // namespace hv::fdt

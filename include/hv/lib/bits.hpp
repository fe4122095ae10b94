// Small arithmetic that is easy to get wrong: alignment, overflow, fields of words, bytes in the other order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hv {

[[nodiscard]] constexpr bool is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/// `align` is a power of two.
[[nodiscard]] constexpr bool is_aligned(uint64_t value, uint64_t align)
{
    return (value & (align - 1)) == 0;
}

/// `align` is a power of two.
[[nodiscard]] constexpr uint64_t align_down(uint64_t value, uint64_t align)
{
    return value & ~(align - 1);
}

/// `align` is a power of two. Wraps to 0 where no multiple of it is left above.
[[nodiscard]] constexpr uint64_t align_up(uint64_t value, uint64_t align)
{
    return align_down(value + (align - 1), align);
}

// The checked forms give nothing where the result does not fit 64 bits.

[[nodiscard]] constexpr std::optional<uint64_t> checked_add(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::nullopt : std::optional{sum};
}

[[nodiscard]] constexpr std::optional<uint64_t> checked_mul(uint64_t a, uint64_t b)
{
    uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? std::nullopt : std::optional{product};
}

/// Also nothing where `align` is not a power of two.
[[nodiscard]] constexpr std::optional<uint64_t> checked_align_up(uint64_t value, uint64_t align)
{
    const uint64_t up = align_up(value, align);
    return is_power_of_two(align) && up >= value ? std::optional{up} : std::nullopt;
}

/// Nothing where `align` is not a power of two.
[[nodiscard]] constexpr std::optional<uint64_t> checked_align_down(uint64_t value, uint64_t align)
{
    return is_power_of_two(align) ? std::optional{align_down(value, align)} : std::nullopt;
}

/// `width` ones, from bit 0 up; `width` is 0 to 64.
[[nodiscard]] constexpr uint64_t low_mask(unsigned width)
{
    return width >= 64 ? UINT64_MAX : (uint64_t{1} << width) - 1;
}

/// Bit `index`, 0 to 63, of a word.
[[nodiscard]] constexpr bool bit(uint64_t word, unsigned index)
{
    return ((word >> index) & 1) != 0;
}

/// Bits `high` down to `low` of a word, both included, 63 >= high >= low: as specifications write word[high:low].
[[nodiscard]] constexpr uint64_t bits(uint64_t word, unsigned high, unsigned low)
{
    return (word >> low) & low_mask(high - low + 1);
}

/// The number whose two's complement is the low `width` bits, 1 to 64, of a word.
[[nodiscard]] constexpr int64_t sign_extend(uint64_t word, unsigned width)
{
    const uint64_t sign = uint64_t{1} << (width - 1);
    return static_cast<int64_t>(((word & low_mask(width)) ^ sign) - sign);
}

/// A field of a 64-bit word, bits `high` down to `low`: its getter and setter share one mask.
template <unsigned high, unsigned low = high>
struct BitField {
    static_assert(high >= low && high <= 63);
    static constexpr uint64_t max = low_mask(high - low + 1);
    static constexpr uint64_t mask = max << low;

    [[nodiscard]] static constexpr uint64_t get(uint64_t word) { return (word & mask) >> low; }
    /// `word` with the field replaced. What of `value` does not fit is cut off.
    [[nodiscard]] static constexpr uint64_t set(uint64_t word, uint64_t value)
    {
        return (word & ~mask) | ((value << low) & mask);
    }
};

// Byte-wise, so that nothing need be aligned and no byte-swap helper of the compiler's library is called.

[[nodiscard]] constexpr uint16_t load_be16(const std::byte* from)
{
    return static_cast<uint16_t>((static_cast<unsigned>(from[0]) << 8) | static_cast<unsigned>(from[1]));
}

[[nodiscard]] constexpr uint32_t load_be32(const std::byte* from)
{
    return (uint32_t{load_be16(from)} << 16) | load_be16(from + 2);
}

[[nodiscard]] constexpr uint64_t load_be64(const std::byte* from)
{
    return (uint64_t{load_be32(from)} << 32) | load_be32(from + 4);
}

constexpr void store_be16(std::byte* to, uint16_t value)
{
    to[0] = static_cast<std::byte>(value >> 8);
    to[1] = static_cast<std::byte>(value & 0xff);
}

constexpr void store_be32(std::byte* to, uint32_t value)
{
    store_be16(to, static_cast<uint16_t>(value >> 16));
    store_be16(to + 2, static_cast<uint16_t>(value & 0xffff));
}

constexpr void store_be64(std::byte* to, uint64_t value)
{
    store_be32(to, static_cast<uint32_t>(value >> 32));
    store_be32(to + 4, static_cast<uint32_t>(value & 0xffffffff));
}

}  // namespace hv

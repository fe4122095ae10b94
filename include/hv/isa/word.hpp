// A hardware word as a type: named fields of a 64-bit word, each with one mask for its getter and its setter.
#pragma once

#include <cstdint>
#include <type_traits>

namespace hv::isa {

/// Base of a register or table entry called `Self`, which declares its fields as
///     static constexpr Field<low, width, Value> name{};
/// A field of one word does not compile with another. Values are changed by copy:
///     Satp{}.with(Satp::mode, PagingMode::sv39).with(Satp::ppn, 0x80200)
template <typename Self>
class Word {
public:
    constexpr Word() = default;
    constexpr explicit Word(uint64_t bits) : bits_{bits} {}

    /// Bits [low, low + width) as a `Value`: bool, an unsigned integer or an enumeration.
    template <unsigned low, unsigned width, typename Value = uint64_t>
    struct Field {
        static_assert(width >= 1 && low + width <= 64);
        static_assert(!std::is_same_v<Value, bool> || width == 1);
        static constexpr uint64_t mask = (UINT64_MAX >> (64 - width)) << low;
    };
    template <unsigned low>
    using Flag = Field<low, 1, bool>;

    [[nodiscard]] constexpr uint64_t bits() const { return bits_; }

    template <unsigned low, unsigned width, typename Value>
    [[nodiscard]] constexpr Value get(Field<low, width, Value> field) const
    {
        return static_cast<Value>((bits_ & field.mask) >> low);
    }

    /// The word with this field replaced; what of `value` does not fit into the field is cut off.
    template <unsigned low, unsigned width, typename Value>
    [[nodiscard]] constexpr Self with(Field<low, width, Value> field, std::type_identity_t<Value> value) const
    {
        return Self{(bits_ & ~field.mask) | ((static_cast<uint64_t>(value) << low) & field.mask)};
    }

    friend constexpr bool operator==(Word, Word) = default;

private:
    uint64_t bits_ = 0;
};

/// For a static_assert beside each word: does `value` come back, out of a word of all zeros and of all ones, with
/// every other bit unchanged?
template <typename Self, typename Field, typename Value>
[[nodiscard]] constexpr bool round_trips(Field field, Value value)
{
    const Self cleared = Self{}.with(field, value);
    const Self set = Self{UINT64_MAX}.with(field, value);
    return cleared.get(field) == value && set.get(field) == value && (cleared.bits() & ~Field::mask) == 0 &&
           (set.bits() | Field::mask) == UINT64_MAX;
}

}  // namespace hv::isa

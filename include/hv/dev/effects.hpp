// What an access to a device sets off outside of it, in one word, so that "nothing" is one comparison.
#pragma once

#include <cstdint>

namespace hv::dev {

/// Harts of one guest: hart n in bit n.
using HartMask = uint32_t;

/// What whoever performed an access or moved a wire must see to next. Nothing, nearly always.
class [[nodiscard]] Effects {
public:
    constexpr Effects() = default;

    /// The device has no such register, or not at this width: nothing has happened in it.
    [[nodiscard]] static constexpr Effects access_fault() { return Effects{access_fault_bit}; }
    /// A byte of input was refused, and there is room now.
    [[nodiscard]] static constexpr Effects input_room() { return Effects{input_room_bit}; }
    /// The external interrupt outputs of these harts have moved: each is to look at Plic::outputs() again.
    [[nodiscard]] static constexpr Effects outputs_of(HartMask harts) { return Effects{harts}; }

    /// The guest has completed an interrupt of a device of the machine's: it may come again.
    [[nodiscard]] static constexpr Effects completion_of(uint32_t source)
    {
        return Effects{uint64_t{source} << source_shift};
    }

    [[nodiscard]] constexpr bool none() const { return bits_ == 0; }
    [[nodiscard]] constexpr bool has_access_fault() const { return (bits_ & access_fault_bit) != 0; }
    [[nodiscard]] constexpr bool has_input_room() const { return (bits_ & input_room_bit) != 0; }
    /// Something besides harts.
    [[nodiscard]] constexpr bool has_more() const { return bits_ >> source_shift != 0; }
    /// 0 for none.
    [[nodiscard]] constexpr uint32_t completed_source() const { return bits_ >> source_shift & 0x3ff; }
    [[nodiscard]] constexpr HartMask harts() const { return static_cast<HartMask>(bits_); }

    /// The same for all harts but one, 0 to 31.
    [[nodiscard]] constexpr Effects without_hart(uint64_t hart) const
    {
        return Effects{bits_ & ~(uint64_t{1} << hart)};
    }

    friend constexpr Effects operator|(Effects a, Effects b) { return Effects{a.bits_ | b.bits_}; }
    friend constexpr bool operator==(Effects, Effects) = default;

private:
    static constexpr uint64_t access_fault_bit = uint64_t{1} << 63;
    static constexpr uint64_t input_room_bit = uint64_t{1} << 62;
    static constexpr unsigned source_shift = 32;  // ten bits

    constexpr explicit Effects(uint64_t bits) : bits_{bits} {}

    uint64_t bits_ = 0;
};

/// What a guest's load from a device gives it: `value` is zero-extended, and 0 with an access fault.
struct Loaded {
    uint64_t value = 0;
    Effects effects{};

    friend constexpr bool operator==(const Loaded&, const Loaded&) = default;
};

/// A number that is changed with a lock held and may be read without it: a reader sees an old value or a new one,
/// never a mixture. Orders nothing else. (std::atomic cannot be moved into a Vector.)
template <typename T>
class Shared {
public:
    constexpr Shared() = default;
    constexpr explicit Shared(T value) : value_{value} {}

    [[nodiscard]] T load() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }
    void store(T value) { __atomic_store_n(&value_, value, __ATOMIC_RELAXED); }

private:
    T value_ = 0;
};

}  // namespace hv::dev

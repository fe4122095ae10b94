// Element types that are hard on a container, for the tests of Vector.
#pragma once

#include <cstdint>
#include <memory>
#include <set>

namespace hv::test {

/// Lies on a boundary of its own.
struct alignas(256) Overaligned {
    int value = 0;
    Overaligned() = default;
    explicit Overaligned(int v) : value{v} {}
};

/// Cannot be copied.
struct MoveOnly {
    std::unique_ptr<int> value = std::make_unique<int>(0);
    MoveOnly() = default;
    explicit MoveOnly(int v) : value{std::make_unique<int>(v)} {}
};

/// Knows its own address, and so notices when its bytes are copied elsewhere; and counts the living.
struct SelfPointer {
    const SelfPointer* self = this;
    int value = 0;
    static inline std::set<const SelfPointer*> living;

    SelfPointer() { living.insert(this); }
    explicit SelfPointer(int v) : value{v} { living.insert(this); }
    SelfPointer(const SelfPointer& other) : value{other.checked()} { living.insert(this); }
    SelfPointer(SelfPointer&& other) noexcept : value{other.checked()}
    {
        other.value = -1;
        living.insert(this);
    }
    SelfPointer& operator=(const SelfPointer& other)
    {
        (void)checked();
        value = other.checked();
        return *this;
    }
    SelfPointer& operator=(SelfPointer&& other) noexcept
    {
        (void)checked();
        const int taken = other.checked();
        other.value = -1;
        value = taken;
        return *this;
    }
    ~SelfPointer()
    {
        (void)checked();
        living.erase(this);
        self = nullptr;
    }

    /// The value of a living object that lies where it was made; anything else ends the test program.
    [[nodiscard]] int checked() const
    {
        if (self != this || living.count(this) != 1) {
            __builtin_trap();
        }
        return value;
    }
};

/// Plain, and of an odd size.
struct Odd {
    char value[3] = {};
    Odd() = default;
    explicit Odd(int v) : value{static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16)} {}
};

inline int value_of(int v)
{
    return v;
}
inline int value_of(int64_t v)
{
    return static_cast<int>(v);
}
inline int value_of(const Overaligned& v)
{
    return reinterpret_cast<uintptr_t>(&v) % alignof(Overaligned) == 0 ? v.value : -1;
}
inline int value_of(const MoveOnly& v)
{
    return v.value == nullptr ? -1 : *v.value;
}
inline int value_of(const SelfPointer& v)
{
    return v.checked();
}
inline int value_of(const Odd& v)
{
    const auto byte = [&](int i) { return static_cast<int>(static_cast<unsigned char>(v.value[i])); };
    return byte(0) | byte(1) << 8 | byte(2) << 16;
}

}  // namespace hv::test

// A list of bounded length, inside the object that owns it: for before there is a heap.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include <hv/lib/panic.hpp>
#include <hv/lib/vector_storage.hpp>

namespace hv {

/// Up to `n` values of a plain type, which are copied with the list. Room that is not used is never written: lists
/// are long for the worst machine, and the time before the first line is short.
template <typename T, size_t n>
class StaticVector {
    static_assert(n > 0 && std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>);

public:
    using value_type = T;

    /// By itself, not by default: `= {}` would write zeros first.
    constexpr StaticVector() : size_{0} {}

    [[nodiscard]] static constexpr size_t capacity() { return n; }
    [[nodiscard]] constexpr size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr bool full() const { return size_ == n; }

    [[nodiscard]] constexpr T* begin() { return room_.all.items; }
    [[nodiscard]] constexpr T* end() { return room_.all.items + size_; }
    [[nodiscard]] constexpr const T* begin() const { return room_.all.items; }
    [[nodiscard]] constexpr const T* end() const { return room_.all.items + size_; }
    [[nodiscard]] constexpr T* data() { return room_.all.items; }
    [[nodiscard]] constexpr const T* data() const { return room_.all.items; }
    [[nodiscard]] constexpr std::span<T> span() { return {room_.all.items, size_}; }
    [[nodiscard]] constexpr std::span<const T> span() const { return {room_.all.items, size_}; }

    /// Panics unless index < size().
    [[nodiscard]] constexpr T& operator[](size_t index) { return room_.all.items[checked(index)]; }
    [[nodiscard]] constexpr const T& operator[](size_t index) const { return room_.all.items[checked(index)]; }
    /// These panic where the list is empty, and so does pop_back().
    [[nodiscard]] constexpr T& front() { return room_.all.items[not_zero(size_) - size_]; }
    [[nodiscard]] constexpr const T& front() const { return room_.all.items[not_zero(size_) - size_]; }
    [[nodiscard]] constexpr T& back() { return room_.all.items[not_zero(size_) - 1]; }
    [[nodiscard]] constexpr const T& back() const { return room_.all.items[not_zero(size_) - 1]; }

    /// False, and nothing has changed, where the list is full.
    [[nodiscard]] constexpr bool try_push_back(const T& value)
    {
        if (size_ == n) {
            return false;
        }
        room_.all.items[size_++] = value;
        return true;
    }
    /// Panics where the list is full.
    constexpr void push_back(const T& value)
    {
        require(try_push_back(value), "a list of at most {} elements is full", n);
    }

    constexpr void pop_back() { size_ = not_zero(size_) - 1; }
    constexpr void clear() { size_ = 0; }

    friend constexpr bool operator==(const StaticVector& a,
                                     const StaticVector& b) requires std::equality_comparable<T>
    {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    /// A constant must have values everywhere, and has them: zeros keep one out of the image.
    union Room {
        struct All {
            T items[n]{};
        };

        constexpr Room()
        {
            if (std::is_constant_evaluated()) {
                std::construct_at(&all);
            }
        }
        All all;
    };

    Room room_;
    size_t size_;

    [[nodiscard]] constexpr size_t checked(size_t index) const
    {
        if (index >= size_) [[unlikely]] {
            vector_detail::panic_bad_index(index, size_);
        }
        return index;
    }
    static constexpr size_t not_zero(size_t size)
    {
        if (size == 0) [[unlikely]] {
            vector_detail::panic_empty();
        }
        return size;
    }
};

}  // namespace hv

// A growing array on the boot heap: move-only, checked, and grown where it lies while it is the heap's last block.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <hv/lib/vector_storage.hpp>

namespace hv {

/// May a `T` be moved to another address by copying its bytes, and its old self be forgotten, not destroyed?
/// Specialise it for a class that may and is not trivially copyable.
template <typename T>
inline constexpr bool is_bulk_copyable = std::is_trivially_copyable_v<T>;

/// The functions named try_ return false where there is no memory, and nothing has then changed, their arguments
/// included; those beside them panic. Memory is never given back: the destructor ends the elements' lives, and the
/// bytes stay where they are. Growing makes iterators, pointers and spans stale.
template <typename T>
class Vector {
public:
    using value_type = T;

    constexpr Vector() = default;
    Vector(const Vector&) = delete;
    Vector& operator=(const Vector&) = delete;
    Vector(Vector&& other) noexcept
        : begin_{std::exchange(other.begin_, nullptr)},
          end_{std::exchange(other.end_, nullptr)},
          limit_{std::exchange(other.limit_, nullptr)}
    {
    }
    Vector& operator=(Vector&& other) noexcept
    {
        Vector taken{std::move(other)};
        swap(taken);
        return *this;
    }
    ~Vector() { clear(); }

    void swap(Vector& other) noexcept
    {
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(limit_, other.limit_);
    }
    friend void swap(Vector& a, Vector& b) noexcept { a.swap(b); }

    [[nodiscard]] size_t size() const { return static_cast<size_t>(end_ - begin_); }
    [[nodiscard]] size_t capacity() const { return static_cast<size_t>(limit_ - begin_); }
    [[nodiscard]] bool empty() const { return begin_ == end_; }

    [[nodiscard]] T* begin() { return begin_; }
    [[nodiscard]] T* end() { return end_; }
    [[nodiscard]] const T* begin() const { return begin_; }
    [[nodiscard]] const T* end() const { return end_; }
    [[nodiscard]] T* data() { return begin_; }
    [[nodiscard]] const T* data() const { return begin_; }
    [[nodiscard]] std::span<T> span() { return {begin_, size()}; }
    [[nodiscard]] std::span<const T> span() const { return {begin_, size()}; }

    /// Panics unless index < size().
    [[nodiscard]] T& operator[](size_t index) { return begin_[checked(index)]; }
    [[nodiscard]] const T& operator[](size_t index) const { return begin_[checked(index)]; }
    /// These panic where the vector is empty, and so does pop_back().
    [[nodiscard]] T& front() { return *not_empty(begin_); }
    [[nodiscard]] const T& front() const { return *not_empty(begin_); }
    [[nodiscard]] T& back() { return *(not_empty(end_) - 1); }
    [[nodiscard]] const T& back() const { return *(not_empty(end_) - 1); }

    // An argument may be an element of this vector, or a part of one.
    [[nodiscard]] bool try_push_back(const T& value) { return try_emplace_back(value); }
    [[nodiscard]] bool try_push_back(T&& value) { return try_emplace_back(std::move(value)); }
    void push_back(const T& value) { emplace_back(value); }
    void push_back(T&& value) { emplace_back(std::move(value)); }

    template <typename... Args>
    [[nodiscard]] bool try_emplace_back(Args&&... args);
    template <typename... Args>
    T& emplace_back(Args&&... args);

    /// Room for `capacity` elements in all.
    [[nodiscard]] bool try_reserve(size_t capacity)
    {
        return reserve_room<true>(capacity, vector_detail::Growth::exact);
    }
    void reserve(size_t capacity) { reserve_room<false>(capacity, vector_detail::Growth::exact); }

    /// Ends the lives of the last elements, or appends elements made by `T{}`.
    [[nodiscard]] bool try_resize(size_t size) { return resize_to<true>(size); }
    void resize(size_t size) { resize_to<false>(size); }

    void pop_back()
    {
        not_empty(begin_);
        (--end_)->~T();
    }
    void clear() { truncate(begin_); }

    /// Puts `value` before `position`, and returns where it then is.
    template <typename Value>
    T* insert(const T* position, Value&& value);
    /// Takes one element out, and returns the position of the one that followed it.
    T* erase(const T* position);

private:
    // Pointers and not counts: push_back then has one to load, to compare and to move.
    T* begin_ = nullptr;
    T* end_ = nullptr;
    T* limit_ = nullptr;

    static constexpr vector_detail::Element element{sizeof(T), alignof(T)};

    [[nodiscard]] size_t checked(size_t index) const
    {
        if (index >= size()) [[unlikely]] {
            vector_detail::panic_bad_index(index, size());
        }
        return index;
    }
    T* not_empty(T* pointer) const
    {
        if (empty()) [[unlikely]] {
            vector_detail::panic_empty();
        }
        return pointer;
    }
    template <typename... Args>
    static void construct(T* at, Args&&... args);
    void truncate(T* new_end);
    void adopt(vector_detail::Storage storage);
    template <bool may_fail>
    [[nodiscard]] vector_detail::Storage grown(size_t capacity, vector_detail::Growth growth) const;
    template <bool may_fail, typename... Args>
    bool emplace(Args&&... args);
    template <bool may_fail, typename... Args>
    bool emplace_grown(Args&&... args);
    template <bool may_fail>
    bool reserve_room(size_t wanted, vector_detail::Growth growth);
    template <bool may_fail>
    bool resize_to(size_t size);
};

}  // namespace hv

#include <hv/lib/vector_growth.hpp>
#include <hv/lib/vector_impl.hpp>

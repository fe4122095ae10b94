// How a Vector grows: the templates behind push_back() and reserve(). vector.hpp includes this file.
#pragma once

namespace hv {

/// A vector holds no pointer to itself.
template <typename T>
inline constexpr bool is_bulk_copyable<Vector<T>> = true;

template <typename T>
template <typename... Args>
void Vector<T>::construct(T* at, Args&&... args)
{
    if constexpr (std::is_constructible_v<T, Args...>) {
        ::new (static_cast<void*>(at)) T(std::forward<Args>(args)...);
    } else {
        ::new (static_cast<void*>(at)) T{std::forward<Args>(args)...};
    }
}

template <typename T>
template <bool may_fail, typename... Args>
[[gnu::always_inline]] inline bool Vector<T>::emplace(Args&&... args)
{
    if (end_ == limit_) [[unlikely]] {
        if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) <= 2 * sizeof(void*) && sizeof...(Args) == 1) {
            // A copy of its own: the address of the argument would be taken in the push that needs no growth, too,
            // and cost it a store.
            return emplace_grown<may_fail, T>(T(std::forward<Args>(args)...));
        } else {
            return emplace_grown<may_fail, Args...>(std::forward<Args>(args)...);
        }
    }
    construct(end_, std::forward<Args>(args)...);
    ++end_;
    return true;
}

template <typename T>
template <bool may_fail, typename... Args>
[[gnu::cold]] [[gnu::noinline]] bool Vector<T>::emplace_grown(Args&&... args)
{
    const vector_detail::Storage storage = grown<may_fail>(size() + 1, vector_detail::Growth::doubling);
    if (storage.data == nullptr) {
        return false;
    }
    // The new element before the old ones move: the arguments may refer to one of these.
    construct(static_cast<T*>(storage.data) + size(), std::forward<Args>(args)...);
    adopt(storage);
    ++end_;
    return true;
}

template <typename T>
template <bool may_fail>
vector_detail::Storage Vector<T>::grown(size_t capacity, vector_detail::Growth growth) const
{
    const vector_detail::Storage old{begin_, this->capacity()};
    if constexpr (may_fail) {
        return vector_detail::try_grow(old, capacity, growth, element);
    } else {
        return vector_detail::grow(old, capacity, growth, element);
    }
}

/// Moves the elements to `storage`, if they do not lie there already.
template <typename T>
void Vector<T>::adopt(vector_detail::Storage storage)
{
    const size_t count = size();
    T* const data = static_cast<T*>(storage.data);
    if (data != begin_) {
        if constexpr (is_bulk_copyable<T>) {
            if (count != 0) {
                __builtin_memcpy(static_cast<void*>(data), static_cast<const void*>(begin_), count * sizeof(T));
            }
        } else {
            for (size_t i = 0; i < count; ++i) {
                construct(data + i, std::move(begin_[i]));
                begin_[i].~T();
            }
        }
    }
    begin_ = data;
    end_ = data + count;
    limit_ = data + storage.capacity;
}

template <typename T>
template <bool may_fail>
bool Vector<T>::reserve_room(size_t wanted, vector_detail::Growth growth)
{
    if (wanted > capacity()) {
        const vector_detail::Storage storage = grown<may_fail>(wanted, growth);
        if (storage.data == nullptr) {
            return false;
        }
        adopt(storage);
    }
    return true;
}

}  // namespace hv

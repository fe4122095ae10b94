// How a Vector changes: the rest of its templates. vector.hpp includes this file.
#pragma once

namespace hv {

template <typename T>
template <bool may_fail>
bool Vector<T>::resize_to(size_t size)
{
    if (!reserve_room<may_fail>(size, vector_detail::Growth::doubling)) {
        return false;
    }
    T* const new_end = begin_ + size;
    while (end_ < new_end) {
        construct(end_);
        ++end_;
    }
    truncate(new_end);
    return true;
}

template <typename T>
void Vector<T>::truncate(T* new_end)
{
    // Not in the class itself: a node may hold a vector of nodes.
    static_assert(std::is_object_v<T> && !std::is_const_v<T> && std::is_nothrow_destructible_v<T>);
    if constexpr (std::is_trivially_destructible_v<T>) {
        end_ = new_end;
    } else {
        while (end_ != new_end) {
            (--end_)->~T();
        }
    }
}

template <typename T>
template <typename... Args>
bool Vector<T>::try_emplace_back(Args&&... args)
{
    return emplace<true>(std::forward<Args>(args)...);
}

template <typename T>
template <typename... Args>
T& Vector<T>::emplace_back(Args&&... args)
{
    emplace<false>(std::forward<Args>(args)...);
    return *(end_ - 1);
}

template <typename T>
template <typename Value>
T* Vector<T>::insert(const T* position, Value&& value)
{
    const auto index = static_cast<size_t>(position - begin_);
    emplace_back(std::forward<Value>(value));
    T* const inserted = begin_ + checked(index);
    for (T* at = end_ - 1; at != inserted; --at) {
        std::swap(at[0], at[-1]);
    }
    return inserted;
}

template <typename T>
T* Vector<T>::erase(const T* position)
{
    T* const erased = begin_ + checked(static_cast<size_t>(position - begin_));
    for (T* at = erased; at + 1 != end_; ++at) {
        at[0] = std::move(at[1]);
    }
    pop_back();
    return erased;
}

}  // namespace hv

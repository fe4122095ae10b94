// What an Expected is made of: room for a value or an error, and which of them is there.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace hv::expected_detail {

/// The value of an Expected<void, E>.
struct Nothing {};

/// One of the two, and which. Trivial where both are: it then travels in registers.
template <typename T, typename E, bool trivial = std::is_trivially_copyable_v<T>&& std::is_trivially_copyable_v<E>>
struct Storage {
    union {
        T value;
        E error;
    };
    bool has_value;

    template <typename... Args>
    constexpr explicit Storage(std::in_place_index_t<0>, Args&&... args)
        : value(std::forward<Args>(args)...),
          has_value{true}
    {
    }
    template <typename... Args>
    constexpr explicit Storage(std::in_place_index_t<1>, Args&&... args)
        : error(std::forward<Args>(args)...),
          has_value{false}
    {
    }
};

/// Where one of them is not trivial, the whole moves and does not copy.
template <typename T, typename E>
struct Storage<T, E, false> {
    union {
        T value;
        E error;
    };
    bool has_value;

    template <typename... Args>
    constexpr explicit Storage(std::in_place_index_t<0>, Args&&... args)
        : value(std::forward<Args>(args)...),
          has_value{true}
    {
    }
    template <typename... Args>
    constexpr explicit Storage(std::in_place_index_t<1>, Args&&... args)
        : error(std::forward<Args>(args)...),
          has_value{false}
    {
    }
    constexpr Storage(Storage&& other) noexcept { take(std::move(other)); }
    constexpr Storage& operator=(Storage&& other) noexcept
    {
        if (this != &other) {
            destroy();
            take(std::move(other));
        }
        return *this;
    }
    constexpr ~Storage() { destroy(); }

private:
    constexpr void take(Storage&& other)
    {
        has_value = other.has_value;
        if (has_value) {
            std::construct_at(std::addressof(value), std::move(other.value));
        } else {
            std::construct_at(std::addressof(error), std::move(other.error));
        }
    }
    constexpr void destroy()
    {
        if (has_value) {
            std::destroy_at(std::addressof(value));
        } else {
            std::destroy_at(std::addressof(error));
        }
    }
};

}  // namespace hv::expected_detail

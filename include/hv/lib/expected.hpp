// A value or the error that came instead: how a function says that it can fail.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <hv/lib/expected_storage.hpp>
#include <hv/lib/panic.hpp>

namespace hv {

/// An error on its way into an Expected: `return Unexpected{Error::NoSpace};`
template <typename E>
class Unexpected {
public:
    constexpr explicit Unexpected(E error) : error_{std::move(error)} {}
    [[nodiscard]] constexpr const E& error() const& { return error_; }
    [[nodiscard]] constexpr E&& error() && { return std::move(error_); }

private:
    E error_;
};

namespace expected_detail {

/// Reports that the side asked for is not the side that is there.
[[noreturn]] void panic_no_value();
[[noreturn]] void panic_no_error();

}  // namespace expected_detail

/// A `T`, or the `E` that says why there is none. `T` may be void. Asking for the side that is not there panics.
template <typename T, typename E>
class [[nodiscard]] Expected {
    static constexpr bool holds_nothing = std::is_void_v<T>;
    using Value = std::conditional_t<holds_nothing, expected_detail::Nothing, T>;

public:
    using value_type = T;
    using error_type = E;

    // NOLINTBEGIN(google-explicit-constructor): `return value;` and `return Unexpected{error};` are the point.
    constexpr Expected() requires holds_nothing : storage_{std::in_place_index<0>} {}
    template <typename U = Value>
    requires(!holds_nothing && std::constructible_from<Value, U> &&
             !std::same_as<std::remove_cvref_t<U>, Expected> &&
             std::convertible_to<U, Value>) constexpr Expected(U&& value)
        : storage_{std::in_place_index<0>, std::forward<U>(value)}
    {
    }
    template <typename F>
    requires std::convertible_to<F, E>
    constexpr Expected(Unexpected<F> unexpected) : storage_{std::in_place_index<1>, std::move(unexpected).error()}
    {
    }
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] constexpr bool has_value() const { return storage_.has_value; }
    [[nodiscard]] constexpr explicit operator bool() const { return storage_.has_value; }

    [[nodiscard]] constexpr Value& value() & { return need_value(), storage_.value; }
    [[nodiscard]] constexpr const Value& value() const& { return need_value(), storage_.value; }
    [[nodiscard]] constexpr Value&& value() && { return need_value(), std::move(storage_.value); }
    constexpr Value& operator*() & { return value(); }
    constexpr const Value& operator*() const& { return value(); }
    constexpr Value&& operator*() && { return std::move(*this).value(); }
    constexpr Value* operator->() { return std::addressof(value()); }
    constexpr const Value* operator->() const { return std::addressof(value()); }

    [[nodiscard]] constexpr const E& error() const& { return need_error(), storage_.error; }
    [[nodiscard]] constexpr E&& error() && { return need_error(), std::move(storage_.error); }

    template <typename U>
    [[nodiscard]] constexpr Value value_or(U&& other) const
    {
        return has_value() ? storage_.value : static_cast<Value>(std::forward<U>(other));
    }

private:
    expected_detail::Storage<Value, E> storage_;

    constexpr void need_value() const
    {
        if (!storage_.has_value) [[unlikely]] {
            expected_detail::panic_no_value();
        }
    }
    constexpr void need_error() const
    {
        if (storage_.has_value) [[unlikely]] {
            expected_detail::panic_no_error();
        }
    }
};

}  // namespace hv

#define HV_TRY_JOIN_(a, b) a##b
#define HV_TRY_NAME_(line) HV_TRY_JOIN_(hv_try_, line)
#define HV_TRY_(result, declaration, ...)                                                                          \
    auto result = (__VA_ARGS__);                                                                                   \
    if (!result.has_value()) [[unlikely]] {                                                                        \
        return ::hv::Unexpected{std::move(result).error()};                                                        \
    }                                                                                                              \
    declaration = *std::move(result)

/// HV_TRY(auto x, f()); makes x of f()'s value, or returns f()'s error from this function.
#define HV_TRY(declaration, ...) HV_TRY_(HV_TRY_NAME_(__LINE__), declaration, __VA_ARGS__)

/// HV_CHECK(f()); returns f()'s error from this function if there is one; a value is dropped.
#define HV_CHECK(...)                                                                                              \
    do {                                                                                                           \
        auto hv_check_result = (__VA_ARGS__);                                                                      \
        if (!hv_check_result.has_value()) [[unlikely]] {                                                           \
            return ::hv::Unexpected{std::move(hv_check_result).error()};                                           \
        }                                                                                                          \
    } while (false)

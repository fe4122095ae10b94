// A bug of ours, or a machine we cannot run on: say what and where, and end.
#pragma once

#include <hv/lib/format.hpp>

namespace hv {

/// The place in our own source that a report names. `std::source_location` does not compile with Clang 14.
struct SourceLocation {
    const char* file = "";
    unsigned line = 0;
};

/// A format string checked against `Args` at compile time, and the place that it was written at.
template <typename... Args>
struct FormatStringHere {
    FormatString<Args...> format;
    SourceLocation where;

    template <size_t n>
    // NOLINTNEXTLINE(google-explicit-constructor): a string literal is meant to convert.
    consteval FormatStringHere(const char (&text)[n], const char* file = __builtin_FILE(),
                               unsigned line = __builtin_LINE())
        : format{text},
          where{file, line}
    {
    }
};

/// The seam behind panic(): reports and ends the machine. `src/arch/panic.cpp` on the target; on the host it throws
/// PanicError (`tests/host/seam.cpp`), so that a test can look at what is left.
[[noreturn]] void panic_at(SourceLocation where, std::string_view format, FormatArgs args);

/// Reports a bug of ours and ends the machine with a failing status. Never for what a guest or an input can cause.
template <typename... Args>
[[noreturn]] [[gnu::cold]] [[gnu::noinline]] void panic(FormatStringHere<std::type_identity_t<Args>...> what,
                                                        const Args&... args)
{
    panic_at(what.where, what.format.text(), FormatArgStore<Args...>{args...}.view());
}

/// Panics with the condition's meaning unless it holds.
template <typename... Args>
constexpr void require(bool condition, FormatStringHere<std::type_identity_t<Args>...> what, const Args&... args)
{
    if (!condition) [[unlikely]] {
        panic_at(what.where, what.format.text(), FormatArgStore<Args...>{args...}.view());
    }
}

}  // namespace hv

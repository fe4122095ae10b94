// What panic() throws on the host, where a test wants to see both the message and what the panic left behind.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace hv::test {

/// `what()` is the panic's formatted message, without place.
class PanicError : public std::runtime_error {
public:
    PanicError(const std::string& message, std::string file, unsigned line)
        : std::runtime_error{message},
          file_{std::move(file)},
          line_{line}
    {
    }
    /// Where the panic was raised.
    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] unsigned line() const { return line_; }

private:
    std::string file_;
    unsigned line_;
};

/// The message of the panic that `action` raises, or "no panic".
template <typename Action>
std::string panic_of(Action&& action)
{
    try {
        action();
    } catch (const PanicError& error) {
        return error.what();
    }
    return "no panic";
}

}  // namespace hv::test

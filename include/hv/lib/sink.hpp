// Where formatted text goes: a console, a buffer, a test's record.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace hv {

/// Takes text in pieces of any length; a line may come in several.
class Sink {
public:
    virtual void write(std::string_view text) = 0;

protected:
    Sink() = default;
    ~Sink() = default;
    Sink(const Sink&) = default;
    Sink& operator=(const Sink&) = default;
};

/// Collects text in memory that the caller lends it. What does not fit is dropped, and `truncated()` says so.
class BufferSink final : public Sink {
public:
    explicit BufferSink(std::span<char> buffer) : buffer_{buffer} {}

    void write(std::string_view text) override;

    /// All that was written and fitted, without a terminating NUL.
    [[nodiscard]] std::string_view text() const { return {buffer_.data(), used_}; }
    [[nodiscard]] bool truncated() const { return truncated_; }
    void clear();

private:
    std::span<char> buffer_;
    size_t used_ = 0;
    bool truncated_ = false;
};

}  // namespace hv

// The text that is on its way to the console: one line, or a piece of one, which nothing else comes between.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <hv/lib/sink.hpp>
#include <hv/vm/output_ring.hpp>

namespace hv::vm {

/// Bytes that go out one by one. What does not fit is dropped.
class OutgoingLine {
public:
    static constexpr size_t most_bytes = 256;

    [[nodiscard]] bool empty() const { return first_ == size_; }
    /// empty() is false.
    [[nodiscard]] uint8_t front() const { return bytes_[first_]; }
    void pop() { first_++; }
    /// Room for all of most_bytes.
    void clear() { first_ = size_ = 0; }
    [[nodiscard]] size_t room() const { return most_bytes - size_; }

    void put(char byte);
    /// As it is, but that a newline gets the carriage return that terminals want.
    void write(std::string_view text);

private:
    std::array<uint8_t, most_bytes> bytes_{};
    size_t first_ = 0;
    size_t size_ = 0;
};

/// For what is formatted. (A line itself is all zero when it is empty, for static storage.)
class LineSink final : public Sink {
public:
    explicit LineSink(OutgoingLine& line) : line_{line} {}
    void write(std::string_view text) override { line_.write(text); }

private:
    OutgoingLine& line_;
};

/// So many bytes make a piece of a line that is not waited for any longer to end.
inline constexpr size_t most_line_bytes = 200;

/// Takes the oldest line out of `ring`, or what there is of it, and puts it behind `line`, with `name: ` in front.
/// A byte that a terminal could take for a command is shown as text: ^[ and the like, \x9b. A piece that is not the
/// line's end has a backslash behind it, unless nothing more will come. Returns whether that was a whole line.
bool take_line(OutputRing& ring, std::string_view name, bool more_may_come, OutgoingLine& line);

}  // namespace hv::vm

// Who writes to the console when: the guest in front byte for byte, the others by lines and by turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <hv/lib/sink.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/vm/console_channel.hpp>
#include <hv/vm/outgoing_line.hpp>

namespace hv::vm {

/// What the hypervisor itself has to say to the operator: rows that are written when there is room for them.
class ConsoleText {
public:
    /// Writes row number `row`, of at most OutgoingLine::most_bytes and without a newline; false: there is none.
    virtual bool write_row(size_t row, Sink& sink) = 0;

protected:
    ~ConsoleText() = default;
};

/// Whoever has the console's lock takes bytes out with next() and taken(), for as long as the console takes them.
///
/// A line of a guest that is not in front comes when the guest in front has ended one; or when that has written
/// nothing for a moment; or in the middle of one that takes too long. Then that line is left with a backslash at
/// its end, and goes on behind the other. The guest in front comes first, but after each of its lines another's
/// may.
class ConsoleMux {
public:
    static constexpr size_t most_channels = 16;
    /// The guest in front is quiet when it has written nothing for so long,
    static constexpr uint64_t quiet = 50'000;
    /// and has had its turn when another guest's line has waited so long.
    static constexpr uint64_t longest_turn = 200'000;

    constexpr ConsoleMux() = default;

    /// Before anything is written. The first one is in front.
    void add(ConsoleChannel& channel) { channels_.push_back(&channel); }
    [[nodiscard]] size_t front() const { return front_; }
    /// Shows what that guest wrote last, and then what it writes. index < the number of channels.
    void bring_to_front(size_t index);
    /// Says this as soon as the line that is going out is out. Of two texts the later one is said.
    void say(ConsoleText& text);

    /// The next byte for the console; it stays the next one until taken().
    [[nodiscard]] std::optional<uint8_t> next(uint64_t now);
    void taken() { line_.pop(); }

    /// Nothing is on its way to the console, and nothing waits: the guest in front can write by itself.
    [[nodiscard]] bool is_idle() const;
    /// A line is going out, and has to be ended before anything else is written.
    [[nodiscard]] bool is_in_a_line() const { return !line_.empty(); }
    /// A line waits for the guest in front.
    [[nodiscard]] bool others_wait() const { return others_wait_; }
    /// It waits no longer: nobody may come here again soon.
    void hurry() { others_wait_since_ = 0; }
    /// Something else is to be written as a line of its own: is a newline owed first? From now on it is not.
    [[nodiscard]] bool break_line();
    /// Also called now and then when nothing is taken out, so that the guest in front is known to be quiet.
    void look_at_front(uint64_t now);
    /// The guests that had to wait and need not any longer: bit n for channel n.
    [[nodiscard]] uint32_t take_those_with_room();

private:
    [[nodiscard]] ConsoleChannel& front_channel() const { return *channels_[front_]; }
    [[nodiscard]] bool is_front_in_a_line() const;
    [[nodiscard]] bool is_turn_of_others(uint64_t now) const;
    void fill(uint64_t now);
    bool fill_with_text();
    bool fill_with_front();
    bool fill_with_others(uint64_t now);
    [[nodiscard]] bool others_have_a_line(uint64_t now) const;
    void end_line_of_front();

    StaticVector<ConsoleChannel*, most_channels> channels_{};
    size_t front_ = 0;
    size_t turn_ = 0;  ///< whose line is next, if it has one
    OutgoingLine line_{};
    ConsoleText* text_ = nullptr;
    size_t row_ = 0;
    const void* line_started_ = nullptr;   ///< the front's shown_position() when the console was at a line's start
    const void* front_seen_at_ = nullptr;  ///< its position() when it was looked at
    uint64_t front_moved_ = 0;             ///< and when that was first so
    bool others_wait_ = false;
    uint64_t others_wait_since_ = 0;
    bool left_a_line_ = false;    ///< by the guest that was in front before
    bool owed_to_front_ = false;  ///< another guest's line was the last one
};

}  // namespace hv::vm

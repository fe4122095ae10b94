// The last bytes that a guest has written: some of them shown on the console already, some still to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <hv/dev/effects.hpp>

namespace hv::vm {

/// A ring in memory that its owner lends it, of which one byte stays free. Until it has some it holds nothing, and
/// takes nothing. For one hart at a time, but that
/// any may ask meanwhile how much is unshown.
class OutputRing {
public:
    constexpr OutputRing() = default;

    /// From now on the bytes are kept in `room`: 2 bytes or more, none of them written yet.
    void use(std::span<uint8_t> room);

    /// Where the next byte goes, for somebody who puts bytes there and shows them by another way: while nothing is
    /// unshown. After end() comes begin(). Nothing else may be done meanwhile.
    [[nodiscard]] uint8_t* next() const { return next_.load(); }
    [[nodiscard]] uint8_t* begin() const { return begin_; }
    [[nodiscard]] const uint8_t* end() const { return end_; }
    /// That is over: `next` is where one more would have gone, and `wrapped` whether one went to begin() again.
    void shown_until(uint8_t* next, bool wrapped);

    /// A byte that is to be shown. False, and it is not taken, where those that are not shown yet fill the ring.
    [[nodiscard]] bool offer(uint8_t byte);

    [[nodiscard]] size_t unshown() const { return distance(shown_.load(), next_.load()); }
    /// The `index`th byte of those, the oldest first; index < unshown().
    [[nodiscard]] uint8_t unshown_at(size_t index) const { return *advance(shown_.load(), index); }
    /// The oldest `count` of them have been shown; at most unshown().
    void shown(size_t count) { shown_.store(advance(shown_.load(), count)); }
    /// All that is kept is to be shown once more, from the start of a line if it has one.
    void show_again();

    /// The line whose bytes were shown last has no end yet.
    [[nodiscard]] bool shows_part_of_a_line() const;
    /// Another value after each byte that is shown, until it has come round.
    [[nodiscard]] const void* shown_position() const { return shown_.load(); }
    [[nodiscard]] size_t size() const { return static_cast<size_t>(end_ - begin_); }

private:
    [[nodiscard]] size_t distance(const uint8_t* from, const uint8_t* to) const
    {
        return static_cast<size_t>(from <= to ? to - from : (end_ - from) + (to - begin_));
    }
    [[nodiscard]] uint8_t* advance(uint8_t* from, size_t count) const
    {
        const auto left = static_cast<size_t>(end_ - from);
        return count < left ? from + count : begin_ + (count - left);
    }

    dev::Shared<uint8_t*> next_{};  ///< where the next byte goes; never end_
    uint8_t* end_ = nullptr;
    uint8_t* begin_ = nullptr;
    dev::Shared<uint8_t*> shown_{};  ///< the oldest byte that is not shown; next_ where there is none
    bool wrapped_ = false;           ///< every byte of the room has been written
};

}  // namespace hv::vm

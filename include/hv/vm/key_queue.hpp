// Keys that were typed, until the guest has room for them.
#pragma once

#include <array>
#include <cstdint>

namespace hv::vm {

/// A queue of bytes, into which one can be put back at the front.
class KeyQueue {
public:
    static constexpr unsigned most = 255;

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] bool full() const { return count_ == most; }
    /// empty() is false, here and in pop().
    [[nodiscard]] uint8_t front() const { return keys_[first_]; }
    void pop()
    {
        first_++;
        count_--;
    }
    /// full() is false.
    void push(uint8_t key)
    {
        keys_[static_cast<uint8_t>(first_ + count_)] = key;
        count_++;
    }
    /// Undoes a pop(). Where keys have come meanwhile until there is no room, the last of them is lost.
    void unpop(uint8_t key)
    {
        first_--;
        keys_[first_] = key;
        count_ += full() ? 0U : 1U;
    }
    void clear() { count_ = 0; }

private:
    std::array<uint8_t, most + 1> keys_{};
    uint8_t first_ = 0;
    unsigned count_ = 0;
};

}  // namespace hv::vm

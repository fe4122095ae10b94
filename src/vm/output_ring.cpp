// Taking, giving out and looking back at the bytes that a guest has written.
#include <hv/vm/output_ring.hpp>

namespace hv::vm {

void OutputRing::use(std::span<uint8_t> room)
{
    begin_ = room.data();
    end_ = room.data() + room.size();
    next_.store(begin_);
    shown_.store(begin_);
    wrapped_ = false;
}

bool OutputRing::offer(uint8_t byte)
{
    if (unshown() + 1 >= size()) {
        return false;
    }
    uint8_t* const place = next_.load();
    *place = byte;
    wrapped_ = wrapped_ || place + 1 == end_;
    next_.store(advance(place, 1));
    return true;
}

void OutputRing::shown_until(uint8_t* next, bool wrapped)
{
    next_.store(next);
    shown_.store(next);
    wrapped_ = wrapped_ || wrapped;
}

void OutputRing::show_again()
{
    if (!wrapped_) {
        shown_.store(begin_);
        return;
    }
    // What is in next_ now is the oldest byte, and the one that stays free.
    shown_.store(advance(next_.load(), 1));
    const size_t kept = unshown();
    for (size_t i = 0; i + 1 < kept; i++) {
        if (unshown_at(i) == '\n') {
            shown(i + 1);
            return;
        }
    }
}

bool OutputRing::shows_part_of_a_line() const
{
    const uint8_t* const shown = shown_.load();
    if (shown == begin_ && !wrapped_) {
        return false;
    }
    return (shown == begin_ ? end_ : shown)[-1] != '\n';
}

}  // namespace hv::vm

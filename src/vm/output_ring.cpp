// Taking, giving out and looking back at the bytes that a guest has written.
#include <hv/vm/output_ring.hpp>

namespace hv::vm {

void OutputRing::use(std::span<uint8_t> room)
{
    begin_ = room.data();
    end_ = room.data() + room.size();
    next_ = begin_;
    shown_ = begin_;
    wrapped_ = false;
}

bool OutputRing::offer(uint8_t byte)
{
    if (unshown() + 1 >= size()) {
        return false;
    }
    *next_ = byte;
    next_++;
    if (next_ == end_) {
        wrapped_ = true;
        next_ = begin_;
    }
    return true;
}

void OutputRing::shown_until(uint8_t* next, bool wrapped)
{
    next_ = next;
    shown_ = next;
    wrapped_ = wrapped_ || wrapped;
}

void OutputRing::show_again()
{
    if (!wrapped_) {
        shown_ = begin_;
        return;
    }
    // What is in next_ now is the oldest byte, and the one that stays free.
    shown_ = advance(next_, 1);
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
    if (shown_ == begin_ && !wrapped_) {
        return false;
    }
    return (shown_ == begin_ ? end_ : shown_)[-1] != '\n';
}

}  // namespace hv::vm

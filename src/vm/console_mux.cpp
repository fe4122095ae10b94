// Takes turns between the guests and the hypervisor's own words, a line at a time.
#include <hv/vm/console_mux.hpp>

namespace hv::vm {
namespace {

/// What the guest in front gives at a time: others look in between.
constexpr size_t front_chunk = 64;

}  // namespace

void ConsoleMux::bring_to_front(size_t index)
{
    {
        ConsoleChannel& before = front_channel();
        const SpinLock::Held held{before.lock_};
        before.count_newlines();
        left_a_line_ = left_a_line_ || is_front_in_a_line();
    }
    front_ = index;
    {
        ConsoleChannel& now = front_channel();
        const SpinLock::Held held{now.lock_};
        now.ring_.show_again();
        line_started_ = nullptr;
    }
    owed_to_front_ = true;
}

void ConsoleMux::say(ConsoleText& text)
{
    text_ = &text;
    row_ = 0;
}

std::optional<uint8_t> ConsoleMux::next(uint64_t now)
{
    if (line_.empty()) {
        fill(now);
    }
    return line_.empty() ? std::nullopt : std::optional{line_.front()};
}

bool ConsoleMux::is_idle() const
{
    return line_.empty() && text_ == nullptr && !others_wait_ && !front_channel().holds_output();
}

bool ConsoleMux::break_line()
{
    const bool owed = left_a_line_ || is_front_in_a_line();
    left_a_line_ = false;
    line_started_ = front_channel().ring_.shown_position();
    return owed;
}

void ConsoleMux::look_at_front(uint64_t now)
{
    const void* const position = front_channel().ring_.next();
    if (position != front_seen_at_) {
        front_seen_at_ = position;
        front_moved_ = now;
    }
}

uint32_t ConsoleMux::take_those_with_room()
{
    uint32_t found = 0;
    for (size_t i = 0; i < channels_.size(); i++) {
        ConsoleChannel& channel = *channels_[i];
        if (channel.refused_.load() != 0 && channel.ring_.unshown() <= channel.ring_.size() / 2) {
            channel.refused_.store(0);
            found |= uint32_t{1} << i;
        }
    }
    return found;
}

bool ConsoleMux::is_front_in_a_line() const
{
    const OutputRing& ring = front_channel().ring_;
    return ring.shown_position() != line_started_ && ring.shows_part_of_a_line();
}

bool ConsoleMux::is_turn_of_others(uint64_t now) const
{
    if (now - others_wait_since_ >= longest_turn) {
        return true;
    }
    const bool front_waits = front_channel().holds_output();
    if (is_front_in_a_line()) {
        return !front_waits && now - front_moved_ >= quiet;
    }
    return !front_waits || !owed_to_front_;
}

void ConsoleMux::fill(uint64_t now)
{
    look_at_front(now);
    if (fill_with_text()) {
        return;
    }
    const bool waited = others_wait_;
    others_wait_ = others_have_a_line(now);
    if (!waited) {
        others_wait_since_ = now;
    }
    if (others_wait_ && is_turn_of_others(now) && fill_with_others(now)) {
        return;
    }
    static_cast<void>(fill_with_front());
}

bool ConsoleMux::fill_with_text()
{
    if (text_ == nullptr) {
        return false;
    }
    line_.clear();
    end_line_of_front();
    LineSink sink{line_};
    if (!text_->write_row(row_++, sink)) {
        text_ = nullptr;
    }
    // The end of the front's line is still something.
    if (text_ != nullptr) {
        line_.write("\n");
    }
    return !line_.empty();
}

bool ConsoleMux::fill_with_front()
{
    ConsoleChannel& channel = front_channel();
    // Where one of its own harts has the lock, that hart comes here next.
    const auto held = channel.lock_.try_hold();
    const size_t unshown = channel.ring_.unshown();
    if (!held || unshown == 0) {
        return false;
    }
    line_.clear();
    size_t taken = 0;
    bool whole = false;
    while (taken < unshown && taken < front_chunk && !whole) {
        const uint8_t byte = channel.ring_.unshown_at(taken++);
        whole = byte == '\n';
        line_.put(static_cast<char>(byte));
    }
    channel.ring_.shown(taken);
    owed_to_front_ = owed_to_front_ && !whole;
    line_started_ = nullptr;
    return true;
}

bool ConsoleMux::others_have_a_line(uint64_t now) const
{
    for (size_t i = 0; i < channels_.size(); i++) {
        if (i == front_ || !channels_[i]->holds_output()) {
            continue;
        }
        const auto held = channels_[i]->lock_.try_hold();
        if (held && channels_[i]->has_line(now)) {
            return true;
        }
    }
    return false;
}

/// Of the guests that have a line, in a circle.
bool ConsoleMux::fill_with_others(uint64_t now)
{
    for (size_t n = 0; n < channels_.size(); n++) {
        const size_t index = (turn_ + n) % channels_.size();
        ConsoleChannel& channel = *channels_[index];
        if (index == front_ || !channel.holds_output()) {
            continue;
        }
        const auto held = channel.lock_.try_hold();
        if (!held || !channel.has_line(now)) {
            continue;
        }
        line_.clear();
        end_line_of_front();
        const bool whole = take_line(channel.ring_, channel.name_, channel.ended_.load() == 0, line_);
        channel.newlines_ -= whole && channel.newlines_ != 0 ? 1U : 0U;
        channel.waiting_since_ = now;
        turn_ = index + 1;
        others_wait_since_ = now;
        owed_to_front_ = true;
        return true;
    }
    return false;
}

void ConsoleMux::end_line_of_front()
{
    if (break_line()) {
        line_.write("\\\n");
    }
}

}  // namespace hv::vm

// The watchdog for guests that know nothing of it: has a vCPU left its timer untaken for too long?
#pragma once

#include <algorithm>
#include <cstdint>

namespace hv::vm {

/// A vCPU's timer at one moment.
struct TimerView {
    bool due = false;       ///< its time has come, and the guest has not set it again
    uint64_t set_to = 0;    ///< tells one setting of it from another
    bool enabled = false;   ///< in the guest's sie
    bool sleeping = false;  ///< the vCPU is in WFI, and not behind it, or suspended
};

/// Looks at the timer now and then: an eighth of the limit apart, as a guest with Sstc sets its timer unseen. It
/// bites after `limit` ticks at the least, and an eighth of that later at the most.
///
/// A hart that sleeps with its timer masked is not hung: older Linux kernels idle so, with a timer that is long
/// due. One that runs, whatever it has masked, and never takes its timer, is.
class TimerWatchdog {
public:
    static constexpr uint64_t never = UINT64_MAX;

    /// 0: there is none, and it never bites.
    explicit constexpr TimerWatchdog(uint64_t limit) : limit_{limit} {}

    [[nodiscard]] constexpr bool is_armed() const { return limit_ != 0; }

    /// True where it bites.
    [[nodiscard]] constexpr bool look(uint64_t now, const TimerView& timer)
    {
        const bool waits = is_armed() && timer.due && (timer.enabled || !timer.sleeping);
        if (!waits || !waiting_ || timer.set_to != set_to_) {
            waiting_ = waits;
            set_to_ = timer.set_to;
            since_ = now;
            return false;
        }
        return now - since_ >= limit_;
    }
    /// When to look next, after a look at `now`.
    [[nodiscard]] constexpr uint64_t next_look(uint64_t now) const
    {
        if (!is_armed()) {
            return never;
        }
        const uint64_t soon = now + std::max<uint64_t>(limit_ / 8, 1);
        return waiting_ ? std::min(soon, since_ + limit_) : soon;
    }
    /// The guest starts, or was paused: what was seen before does not count.
    constexpr void rest() { waiting_ = false; }

private:
    uint64_t limit_;
    bool waiting_ = false;
    uint64_t since_ = 0;
    uint64_t set_to_ = 0;
};

}  // namespace hv::vm

// The rules for a guest's ending, and the count of its restarts within a window of time.
#include <hv/vm/fault_policy.hpp>

#include <algorithm>

namespace hv::vm {

[[gnu::cold]] bool RestartLog::add(uint64_t now)
{
    while (window_ != 0 && used_ != 0 && now - slots_[oldest_].last >= window_) {
        count_ -= slots_[oldest_].count;
        oldest_ = (oldest_ + 1) % slots;
        used_--;
    }
    if (count_ >= limit_) {
        return false;
    }
    count_++;
    if (window_ == 0) {
        return true;
    }
    if (used_ != 0) {
        Slot& newest = slots_[(oldest_ + used_ - 1) % slots];
        // Above `slots` restarts, those near each other share a slot: there are never more of them than slots.
        if (used_ == slots || (limit_ > slots && now - newest.first < window_ / (slots - 1))) {
            newest.last = now;
            newest.count++;
            return true;
        }
    }
    slots_[(oldest_ + used_) % slots] = {now, now, 1};
    used_++;
    return true;
}

[[gnu::cold]] void RestartLog::clear()
{
    count_ = 0;
    used_ = 0;
}

[[gnu::cold]] FaultPolicy::FaultPolicy(const FaultPolicySettings& settings)
    : settings_{settings},
      log_{settings.restart_limit, settings.restart_window * settings.ticks_per_second}
{
}

[[gnu::cold]] uint64_t FaultPolicy::soonest_start(uint64_t now) const
{
    return std::max(now, started_at_ + settings_.ticks_per_second / starts_per_second);
}

[[gnu::cold]] Verdict::Report FaultPolicy::next_report(uint64_t now)
{
    const uint64_t price = seconds_per_report * settings_.ticks_per_second;
    reports_paid_until_ = std::max(reports_paid_until_, now);
    if (reports_paid_until_ - now > (whole_reports - 1) * price) {
        return Verdict::Report::one_line;
    }
    reports_paid_until_ += price;
    return Verdict::Report::whole;
}

[[gnu::cold]] Verdict FaultPolicy::judge_failure(OnFault wanted, uint64_t now)
{
    Verdict verdict{.report = next_report(now), .failed = true};
    switch (wanted) {
    case OnFault::stop:
        break;
    case OnFault::halt_machine:
        verdict.action = Verdict::Action::halt_machine;
        verdict.report = Verdict::Report::whole;
        break;
    case OnFault::restart:
        if (!log_.add(now)) {
            verdict.limit_reached = true;
            break;
        }
        restarts_++;
        verdict.action = Verdict::Action::restart;
        verdict.start_at = soonest_start(now);
        break;
    }
    if (verdict.action == Verdict::Action::stop) {
        verdict.report = Verdict::Report::whole;  // there will not be many of these
    }
    return verdict;
}

[[gnu::cold]] Verdict FaultPolicy::judge(GuestEnding ending, uint64_t now)
{
    switch (ending) {
    case GuestEnding::fault:
        return judge_failure(settings_.on_fault, now);
    case GuestEnding::watchdog:
        return judge_failure(settings_.on_watchdog, now);
    case GuestEnding::reboot:
        return {.action = Verdict::Action::restart, .start_at = soonest_start(now)};
    case GuestEnding::operator_restart:
        forgive();
        return {.action = Verdict::Action::restart, .report = Verdict::Report::whole, .start_at = now};
    case GuestEnding::operator_stop:
        return {.report = Verdict::Report::whole};
    case GuestEnding::none:
    case GuestEnding::shutdown:
        break;
    }
    return {};
}

}  // namespace hv::vm

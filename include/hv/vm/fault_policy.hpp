// What is done about a guest whose run has ended: stop it, start it again, or halt the machine; and how often.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <hv/vm/description.hpp>

namespace hv::vm {

/// How a guest's run has ended.
enum class GuestEnding : uint32_t {
    none,      ///< it runs
    shutdown,  ///< it asked for that
    reboot,    ///< it asked for that
    fault,     ///< it said that it has failed, or met a trap that nobody can give it
    watchdog,  ///< one of its watchdogs has bitten
    operator_stop,
    operator_restart,
};

struct FaultPolicySettings {
    OnFault on_fault = OnFault::stop;
    OnFault on_watchdog = OnFault::stop;
    uint32_t restart_limit = 3;   ///< of restarts after faults and watchdogs together
    uint32_t restart_window = 0;  ///< seconds in which the limit counts; 0: for ever
    uint64_t ticks_per_second = 10'000'000;
};

/// What an ending comes to.
struct Verdict {
    enum class Action : uint8_t { stop, restart, halt_machine };
    enum class Report : uint8_t { none, one_line, whole };

    Action action = Action::stop;
    Report report = Report::none;
    bool failed = false;         ///< where it stays ended: as a failure
    bool limit_reached = false;  ///< it is stopped, and would have been restarted
    uint64_t start_at = 0;       ///< where it is restarted: no sooner
};

/// The restarts of a guest within a time that moves on. Exact for limits up to `slots`; for higher ones, a restart
/// counts for up to a part in `slots` of the window longer.
class RestartLog {
public:
    static constexpr uint32_t slots = 32;

    /// Times are in ticks; a `window` of 0 is endless.
    RestartLog(uint32_t limit, uint64_t window) : limit_{limit}, window_{window} {}

    /// Is one more allowed? Then it is counted. Time does not go back.
    [[nodiscard]] bool add(uint64_t now);
    void clear();

private:
    struct Slot {
        uint64_t first = 0;
        uint64_t last = 0;
        uint32_t count = 0;
    };

    uint32_t limit_;
    uint64_t window_;
    uint32_t count_ = 0;  ///< of all slots, or of those for ever
    std::array<Slot, slots> slots_{};
    uint32_t oldest_ = 0;
    uint32_t used_ = 0;
};

/// One guest's. Times are in ticks, and do not go back.
///
/// Two things keep a guest that ends all the time from flooding the others. A start follows the one before by a
/// tenth of a second or more, whatever ended it, unless the operator wants it: the guest waits, and nobody else.
/// And of its reports ten are whole, and then one every five seconds; the others are a single line.
class FaultPolicy {
public:
    static constexpr uint64_t starts_per_second = 10;
    static constexpr uint64_t whole_reports = 10;
    static constexpr uint64_t seconds_per_report = 5;

    explicit FaultPolicy(const FaultPolicySettings& settings);

    /// The guest starts now.
    void started(uint64_t now) { started_at_ = now; }
    /// It has ended now.
    [[nodiscard]] Verdict judge(GuestEnding ending, uint64_t now);
    /// The operator starts it: what it did before is forgotten.
    void forgive() { log_.clear(); }

    /// After faults and watchdogs, since the machine began.
    [[nodiscard]] uint64_t restarts() const { return restarts_; }
    [[nodiscard]] uint64_t started_at() const { return started_at_; }

private:
    [[nodiscard]] Verdict judge_failure(OnFault wanted, uint64_t now);
    [[nodiscard]] uint64_t soonest_start(uint64_t now) const;
    [[nodiscard]] Verdict::Report next_report(uint64_t now);

    FaultPolicySettings settings_;
    RestartLog log_;
    uint64_t started_at_ = 0;
    uint64_t restarts_ = 0;
    uint64_t reports_paid_until_ = 0;  ///< as if each whole report took its five seconds
};

}  // namespace hv::vm

// Which harts of a guest run: the SBI's hart states, changed by all harts at once, without a lock or a loop.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_types.hpp>

namespace hv::vm {

/// [sbi] Hart State Management Extension: HSM States, one for each hart of a guest. All are stopped at first; the
/// boot hart is started like any other. Hart numbers are less than count().
///
///     stopped --request_start()--> start_pending --take_start()--> started
///     started --begin_stop()--> stop_pending --finish_stop()--> stopped
///     started --begin_suspend()--> suspend_pending --finish_suspend()--> suspended
///     suspended --begin_resume()--> resume_pending --finish_resume()--> started
///
/// Any hart may request a start: of several at once, for one hart, exactly one succeeds. Each other step is the
/// hart's own, and panics from any other state: the guest has no way to ask for a wrong one.
class HartStates {
public:
    using Status = isa::sbi::HartStatus;

    /// `count` is 1 to 64.
    explicit HartStates(unsigned count);

    [[nodiscard]] unsigned count() const { return count_; }
    [[nodiscard]] Status status(uint64_t hart) const;

    /// False where the hart is not stopped. Where true, whoever waits for the hart's start is to be woken.
    [[nodiscard]] bool request_start(uint64_t hart, HartEntry entry);
    /// By a stopped hart: where it was told to begin, if it was.
    [[nodiscard]] std::optional<HartEntry> take_start(uint64_t hart);

    void begin_stop(uint64_t hart) { step(hart, Status::started, Status::stop_pending); }
    /// All that the hart has written for the guest is seen by whoever starts it again.
    void finish_stop(uint64_t hart) { step(hart, Status::stop_pending, Status::stopped); }

    void begin_suspend(uint64_t hart) { step(hart, Status::started, Status::suspend_pending); }
    void finish_suspend(uint64_t hart) { step(hart, Status::suspend_pending, Status::suspended); }
    void begin_resume(uint64_t hart) { step(hart, Status::suspended, Status::resume_pending); }
    void finish_resume(uint64_t hart) { step(hart, Status::resume_pending, Status::started); }

    /// Were all harts but `hart` stopped at one moment? If so and `hart` runs, that stays: only it could start one.
    /// May be false without need while others start and stop.
    [[nodiscard]] bool all_others_stopped(uint64_t hart) const;

    /// For a guest that is restarted: all are stopped again, whatever they were. While no hart is in the guest.
    void stop_all();

private:
    /// A start has been granted, and its entry is being written: start_pending to everyone.
    static constexpr uint32_t claimed = 7;

    struct Hart {
        std::atomic<uint32_t> state = static_cast<uint32_t>(Status::stopped);
        HartEntry entry{};  ///< the requester's while claimed, the hart's own once start_pending
    };

    void step(uint64_t hart, Status from, Status to);

    unsigned count_;
    std::atomic<uint64_t> starts_ = 0;  ///< all that were ever granted
    std::array<Hart, max_guest_harts> harts_{};
};

}  // namespace hv::vm

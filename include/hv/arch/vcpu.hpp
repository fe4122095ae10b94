// One hart of a guest, as the rest of the hypervisor sees it: who runs it, and what others ask of it.
#pragma once

#include <atomic>
#include <cstdint>

#include <hv/arch/guest_ending.hpp>
#include <hv/arch/hart.hpp>
#include <hv/vm/sbi_counters.hpp>
#include <hv/vm/sbi_host.hpp>
#include <hv/vm/timer_watchdog.hpp>

namespace hv::arch {

class Guest;

/// What a hart of the guest is asked to do by another, or by its devices: bits of Vcpu::requests.
namespace request {
inline constexpr uint32_t software_interrupt = 1;  ///< the guest's software interrupt is to be pending
inline constexpr uint32_t external_interrupt = 2;  ///< the guest's PLIC has moved this hart's output
inline constexpr uint32_t fence = 4;               ///< somebody in Vcpu::fences_from waits
inline constexpr uint32_t start = 8;               ///< it is start-pending, or the guest is to be started
inline constexpr uint32_t stop = 16;               ///< the guest ends: leave it
inline constexpr uint32_t pause = 32;              ///< the guest was paused, or goes on: look at it
inline constexpr uint32_t console = 128;           ///< the console has keys for the guest, or room for its output
inline constexpr uint32_t doorbell = 256;          ///< another guest has rung this one
}  // namespace request

/// A vCPU runs on one hart, for life, so that its VS CSRs stay in that hart and its registers in that hart's
/// record.
struct Vcpu {
    Guest* guest = nullptr;
    HartRecord* hart = nullptr;
    uint64_t index = 0;  ///< the guest's hart id

    static constexpr uint64_t nowhere = UINT64_MAX;  ///< no instruction is there
    /// Where an instruction could not be read when an exit needed it, and the guest has tried again.
    uint64_t refetched_at = nowhere;

    vm::PmuCounters counters{true};
    vm::FeatureLocks feature_locks{};

    // Its own hart's business, until it has left.
    bool must_leave = false;  ///< it was asked to, and has yet to do so
    bool entered = false;     ///< it was started, and has not left or stopped since
    bool suspended = false;
    LeavingFacts facts{};
    bool digest_shown = false;  ///< since the guest's start

    // See guest_watch.cpp.
    bool watched = false;               ///< by a watchdog, so that its hart's timer is not only the guest's
    uint64_t guest_timer = UINT64_MAX;  ///< when that is due, where the two share the hart's timer
    uint64_t guest_timer_set = 0;       ///< how often it was set
    vm::TimerWatchdog timer_watchdog{0};
    uint64_t watch_at = UINT64_MAX;    ///< when these want to be asked
    uint64_t console_at = UINT64_MAX;  ///< when a line of the guest's may go to the console

    /// What others have asked for since it last looked. Whoever sets the first bit interrupts the hart.
    std::atomic<uint32_t> requests = 0;
    /// The vCPUs, by index, that wait for this one to carry out their `fence_request`.
    std::atomic<uint32_t> fences_from = 0;
    /// The vCPUs that this one still waits for.
    std::atomic<uint32_t> fence_waits_for = 0;
    vm::FenceRequest fence_request{};

    [[nodiscard]] GuestFrame& frame() { return hart->guest; }
    [[nodiscard]] const GuestFrame& frame() const { return hart->guest; }
};

/// Asks a vCPU for something, and interrupts its hart where that is needed. Any hart may, at any time.
void send_request(Vcpu& vcpu, uint32_t requests);
/// The same for several of a guest's vCPUs at once: vCPU n where bit n of `vcpus` is set.
void send_requests(Guest& guest, uint64_t vcpus, uint32_t requests);

/// The life of a hart that runs a vCPU: it waits until the guest starts the vCPU, and enters it.
[[noreturn]] void run_vcpu(Vcpu& vcpu);
/// The life of a hart that runs none: should the console interrupt it, it answers.
[[noreturn]] void run_no_vcpu();
/// The vCPU has left its guest for now, and waits to be started again. On the hart that runs it.
[[noreturn]] void wait_for_start(Vcpu& vcpu);
/// Sleeps until an interrupt of the guest's is pending and enabled in its `sie`.
void suspend_vcpu(Vcpu& vcpu);
/// Does what interrupts of this hart's own ask for, all that are pending. False where the guest was paused or ends:
/// obey() is to be called, once all of the guest's registers are in the frame.
[[nodiscard]] bool serve_interrupts(Vcpu& vcpu);
/// Sleeps while the guest is paused. Returns unless it ends.
void obey(Vcpu& vcpu);
/// Prints a digest of what the vCPU, and with vCPU 0 the whole guest, starts in: once a start of the guest, and
/// only where the description asks for statistics. On its hart, before it enters the guest.
void show_reset_digest(Vcpu& vcpu);
/// The hart's own timer: interrupts it at `deadline`.
void set_hart_timer(const Vcpu& vcpu, uint64_t deadline);
/// The vCPU is about to enter its guest, afresh or after a pause, and its watchdogs start anew.
void begin_watching(Vcpu& vcpu);
/// That is a WFI which leaves the guest because its timer watchdog wants to know of it: the guest is to execute it
/// again, and waits. On the vCPU's hart.
[[nodiscard]] bool is_watched_wait(uint32_t instruction);
/// Something of the guest's waits for the console, and may go there in so many ticks. On the vCPU's hart; false
/// where the hart's timer is the guest's, and nobody will look.
[[nodiscard]] bool look_at_console_in(Vcpu& vcpu, uint64_t ticks);
/// The hart's own timer was due.
void hart_timer_due(Vcpu& vcpu);
/// Where guest and watchdogs share the hart's timer: the guest's is to be due at guest time `deadline`.
void set_shared_timer(Vcpu& vcpu, uint64_t deadline);
/// Makes other vCPUs of the guest flush, and waits until they have.
void fence_others(Vcpu& vcpu, uint64_t vcpus, const vm::FenceRequest& request);

}  // namespace hv::arch

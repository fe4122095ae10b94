// A guest on this machine: its memory, its devices, its vCPUs, and how it starts, ends and starts again.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_console.hpp>
#include <hv/arch/guest_ending.hpp>
#include <hv/arch/guest_plan.hpp>
#include <hv/arch/vcpu.hpp>
#include <hv/dev/bus.hpp>
#include <hv/dev/plic.hpp>
#include <hv/dev/serial_port.hpp>
#include <hv/lib/bits.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/guest_memory.hpp>
#include <hv/vm/fault_policy.hpp>
#include <hv/vm/sbi_hart_states.hpp>

namespace hv::arch {

/// A guest has completed an interrupt of raise_until_completed(). Set before guests with such interrupts start.
using HostCompletion = void (*)(uint32_t source);
extern constinit HostCompletion complete_host_interrupt;

/// Gives each hart a vCPU and a ring for its exits. Before the guest is made whose they will be: the heap skips
/// less to align them while little of it is used.
void make_vcpus(std::span<HartRecord* const> harts);

/// Built at boot, from the heap, and never destroyed.
class Guest {
public:
    /// The guest's memory is not touched. `plan` outlives the guest, and its harts have vCPUs.
    explicit Guest(const GuestPlan& plan);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    /// Builds the stage-2 table; once.
    void map_memory();

    /// Scrubs the guest's memory, copies the images into it, and starts vCPU 0: on its own hart, once that is in
    /// run_vcpu(), and by that where it has run before. While no vCPU is in the guest.
    void start();

    /// Ends this run of the guest: all vCPUs leave it, and the last one to do so does what vm::FaultPolicy says. Of
    /// several calls the first one decides. By a vCPU of the guest.
    [[noreturn]] void end(Vcpu& caller, GuestEnding how);
    /// The same, for a vCPU that cannot go on.
    [[noreturn]] void fail(Vcpu& caller, vm::StopReason reason);
    /// The same, by a watchdog that has bitten because of this vCPU, on its hart; returns.
    void bite(const Vcpu& vcpu, vm::StopReason reason);
    /// By each vCPU, once per ending, when it has left the guest.
    void left_by_a_vcpu(Vcpu& vcpu);
    [[nodiscard]] bool is_ending() const { return ending_.load() != GuestEnding::none; }

    // Orders. Any hart may give them, at any time, also one that runs another guest: they are carried out by the
    // guest's own harts, soon after.

    /// The guest's harts leave it and sleep, until resume(); they still answer each other's fences. Its time goes
    /// on. Nothing happens to a guest that has ended.
    void pause();
    void resume();
    /// As end(); a stop while it is about to end or to start is done behind that. False where nothing will be done.
    bool order_end(GuestEnding how);
    /// A guest that has ended starts again. False where it has not, or the machine ends.
    bool order_start();
    /// By vCPU 0's hart, while it is not in the guest: starts it, where that is due, or sets the hart's timer.
    void start_if_due();
    [[nodiscard]] bool is_paused() const { return paused_.load(); }
    [[nodiscard]] GuestState state() const;

    /// The guest lives: its `fed` watchdog, where it has one, starts anew, and bites at fed_until(), or `never`.
    void feed();
    [[nodiscard]] uint64_t fed_until() const { return fed_until_.load(); }
    static constexpr uint64_t never = UINT64_MAX;

    /// Writes the device tree that the next start gives the guest.
    [[nodiscard]] std::span<const std::byte> write_tree();

    /// What an access to a device, or a device itself, has set off.
    void settle(dev::Effects effects);

    [[nodiscard]] std::string_view name() const { return plan_.name; }
    [[nodiscard]] const GuestPlan& plan() const { return plan_; }
    [[nodiscard]] const mm::GuestMemory& memory() const { return memory_; }
    [[nodiscard]] vm::HartStates& hart_states() { return hart_states_; }
    [[nodiscard]] dev::Plic& plic() { return plic_; }
    [[nodiscard]] dev::SerialPort<SerialWires>& serial_port() { return serial_port_; }
    [[nodiscard]] SerialWires& wires() { return wires_; }
    [[nodiscard]] isa::Hgatp hgatp() const { return hgatp_; }
    /// What htimedelta is on all of its harts: guest time began near 0.
    [[nodiscard]] uint64_t time_delta() const { return time_delta_; }
    /// Its own time, in ticks: since it was started last.
    [[nodiscard]] uint64_t time() const { return read_csr<isa::Csr::time>() + time_delta_; }
    [[nodiscard]] uint64_t lifetime() const { return lifetime_; }  ///< in all, until it ended last
    [[nodiscard]] uint64_t restarts() const { return starts_ == 0 ? 0 : starts_ - 1; }
    [[nodiscard]] std::span<Vcpu* const> vcpus() const { return vcpus_.span(); }
    [[nodiscard]] vm::ExitCounts exit_counts() const;  ///< of all its vCPUs

private:
    [[nodiscard]] uint64_t all_vcpus() const { return low_mask(hart_states_.count()); }
    void settle_more(dev::Effects effects);
    /// All vCPUs are asked to leave. False where another ending was first. Of `vcpu` the report tells most.
    bool begin_ending(GuestEnding how, const Vcpu& vcpu, vm::StopReason reason);
    void load_images();
    void obey_late_stop();
    void join_the_others();
    void finish_ending();
    void report(vm::Verdict::Report report) const;
    void print_report(Sink& sink) const;
    void say_verdict(const vm::Verdict& verdict) const;
    void stay_ended(bool failed);
    void stay_ended_by_order();
    [[nodiscard]] bool change_start(uint64_t at);

    // First what the fast paths use: where an instruction can name it.
    SerialWires wires_;
    dev::SerialPort<SerialWires> serial_port_;
    dev::Plic plic_;
    const GuestPlan& plan_;
    mm::GuestMemory memory_;
    vm::HartStates hart_states_;
    isa::Hgatp hgatp_{};
    uint64_t time_delta_ = 0;
    uint64_t starts_ = 0;
    uint64_t lifetime_ = 0;
    std::span<std::byte> tree_room_{};
    vm::GuestTree tree_{};  ///< the last one written there; before the first start none
    Vector<Vcpu*> vcpus_;
    vm::FaultPolicy policy_;
    Guest* next_ = nullptr;  ///< of all guests
    // Of whoever has set `ending_`, read by the last vCPU to leave.
    const Vcpu* told_of_ = nullptr;
    vm::StopReason reason_{};
    uint64_t ended_at_ = 0;
    std::atomic<GuestEnding> ending_ = GuestEnding::none;
    std::atomic<uint32_t> vcpus_out_ = 0;  ///< how many have left since it is ending
    std::atomic<bool> paused_ = false;
    std::atomic<uint32_t> stop_ordered_ = 0;  ///< while it was about to end, or to start
    std::atomic<uint64_t> fed_until_ = never;
    std::atomic<uint64_t> started_at_ = 0;
    std::atomic<uint64_t> start_at_ = never;  ///< when it is to be started again
    std::atomic<uint32_t> ended_ = 0;         ///< for good, or until order_start()
    bool failed_ = false;                     ///< its last ending was a failure; while it has ended
};

}  // namespace hv::arch

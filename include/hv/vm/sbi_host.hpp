// What the SBI needs of the vCPU that called and of the machine below: the metal's side, or a test's fake.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <hv/isa/sbi.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/mm/guest_memory.hpp>
#include <hv/vm/sbi_counters.hpp>
#include <hv/vm/sbi_extensions.hpp>
#include <hv/vm/sbi_hart_mask.hpp>
#include <hv/vm/sbi_hart_states.hpp>
#include <hv/vm/sbi_types.hpp>

namespace hv::vm {

/// [sbi] Base Extension: what the guest is told of the machine. 0 is always right. The same for all of its harts.
struct MachineIdentity {
    uint64_t mvendorid = 0;
    uint64_t marchid = 0;
    uint64_t mimpid = 0;
};

/// [sbi] Firmware Features Extension: which features of one hart are locked. A hart's start unlocks them.
class FeatureLocks {
public:
    [[nodiscard]] bool locked(isa::sbi::Feature feature) const { return (bits_ & bit_of(feature)) != 0; }
    void lock(isa::sbi::Feature feature) { bits_ |= bit_of(feature); }
    void unlock_all() { bits_ = 0; }

private:
    static constexpr uint32_t bit_of(isa::sbi::Feature feature)
    {
        return uint32_t{1} << static_cast<uint32_t>(feature);
    }
    uint32_t bits_ = 0;
};

/// The vCPU that made the call, on the hart that runs it. What the hot path calls (the first two groups, and
/// counters()) is to be inline. Nothing here fails but where it says so, and nothing blocks but fence_others().
///
/// At a hart's start, the metal gives it a new PmuCounters, unlocks its features and sets them to their reset
/// values, clears its pending interrupts, and flushes all that its hart may remember about the guest's memory: so a
/// stopped hart need not be told of IPIs and fences.
// clang-format off
template <typename H>
concept SbiHost = requires(H& host, const H& same, FenceRequest fence, HartMask harts, std::span<std::byte> bytes,
                           std::span<const std::byte> text, uint64_t number, uint64_t hart,
                           isa::sbi::Feature feature)
{
    // The caller: hart() is less than hart_states().count(). common_extensions(): those that every guest is offered.
    { same.hart() } -> std::same_as<uint64_t>;
    { same.common_extensions() } -> std::same_as<ExtensionSet>;

    // What a call does to its own hart. set_timer() takes guest time: a time that has come makes the guest's timer
    // interrupt pending, and one that has not clears it, whether that is enabled or not. set_timer_quickly() does the
    // same, or, where that takes longer, nothing, and is false.
    { host.set_timer_quickly(number) } -> std::same_as<bool>;
    { host.set_timer(number) } -> std::same_as<void>;
    { host.raise_software_interrupt() } -> std::same_as<void>;
    { host.fence_here(fence) } -> std::same_as<void>;

    // The guest and its harts. clear_software_interrupt(): was it pending? extensions(): the common ones, and what
    // this guest is offered besides. feed_watchdog() is for a guest that has one.
    { same.extensions() } -> std::same_as<ExtensionSet>;
    { host.feed_watchdog() } -> std::same_as<void>;
    { same.identity() } -> std::same_as<MachineIdentity>;
    { host.hart_states() } -> std::same_as<HartStates&>;
    { host.clear_software_interrupt() } -> std::same_as<bool>;
    // To harts other than the caller's. An IPI is not lost on one that runs or is suspended, and does not wake a
    // stopped one. fence_others() returns when it has been done everywhere.
    { host.send_ipis(harts) } -> std::same_as<void>;
    { host.fence_others(harts, fence) } -> std::same_as<void>;
    // It is start-pending: whoever waits in take_start() is to look.
    { host.wake_for_start(hart) } -> std::same_as<void>;

    // Its memory, and one word at a guest-virtual address as the caller's next load would see it, or the exception
    // which that load would take.
    { same.memory() } -> std::convertible_to<const mm::GuestMemory&>;
    { host.load_word(GuestVirtAddr{}) } -> std::same_as<Expected<uint64_t, GuestFault>>;

    // Its serial line. How many bytes were taken, from the first on: 0 where there is no room now, all of them
    // where nobody will ever listen. And how many were there to be read.
    { host.console_write(text) } -> std::same_as<size_t>;
    { host.console_read(bytes) } -> std::same_as<size_t>;

    // Its performance counters. counters_changed(): pass_through() may have a new value.
    { host.counters() } -> std::same_as<PmuCounters&>;
    { same.hardware_counts() } -> std::same_as<HardwareCounts>;
    { host.counters_changed() } -> std::same_as<void>;

    // Its features: the value now, or nothing where the hart has no such feature. set_feature() is given a value
    // that the specification allows: success, or invalid_param where the hart has not this one, or denied.
    { host.feature_locks() } -> std::same_as<FeatureLocks&>;
    { same.feature(feature) } -> std::same_as<std::optional<uint64_t>>;
    { host.set_feature(feature, number) } -> std::same_as<isa::sbi::Error>;
};
// clang-format on

/// May the guest run what is at `pc`? Only in memory of its own, and instructions are at even addresses.
[[nodiscard]] bool is_executable(const mm::GuestMemory& memory, GuestPhysAddr pc);

}  // namespace hv::vm

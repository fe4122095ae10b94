// The performance counters that one hart of a guest sees through the SBI: its cycles, its instructions, its calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <hv/isa/sbi.hpp>
#include <hv/isa/sbi_pmu.hpp>
#include <hv/vm/sbi_types.hpp>

namespace hv::vm {

/// What the hart's own counters stand at: of the hardware, which nothing here stops or sets.
struct HardwareCounts {
    uint64_t cycle = 0;
    uint64_t instret = 0;
};

/// [sbi] Performance Monitoring Unit Extension, for one hart. Counter 0 is cycle and 2 is instret, as their CSRs
/// are numbered from 0xc00; there is no counter 1; 3 to 10 take one of five firmware events each, which are those
/// that we count anyhow. Every other event is not supported. There is no snapshot memory.
///
/// A counter is a difference from something that always runs, so nothing is done on the paths that are counted but
/// to count. Until the guest has stopped or set a hardware counter, the difference is 0, and the guest may read the
/// CSR itself: see pass_through(). The filter flags are hints, and not taken.
class PmuCounters {
public:
    static constexpr unsigned cycle_counter = 0;
    static constexpr unsigned instret_counter = 2;
    static constexpr unsigned first_firmware_counter = 3;
    static constexpr unsigned counter_count = 11;

    /// `has_hardware`: may we read cycle and instret at all? Else there are no counters 0 and 2.
    explicit PmuCounters(bool has_hardware);

    /// Of the firmware events that supports() knows.
    [[gnu::always_inline]] void count(isa::sbi::PmuEvent event, uint64_t times = 1)
    {
        totals_[static_cast<uint32_t>(event) & (totals_.size() - 1)] += times;
    }

    /// The bits of hcounteren for the hardware counters that the guest may read without us. For a bit that is
    /// clear, a read of the CSR traps (from VU-mode also where scounteren forbids it), and value() is what it
    /// gives.
    [[nodiscard]] uint64_t pass_through() const;
    /// `counter` is less than counter_count.
    [[nodiscard]] uint64_t value(unsigned counter, HardwareCounts now) const;

    [[nodiscard]] bool supports(uint64_t event_idx, uint64_t event_data) const;

    // The calls, of whose arguments nothing is known.

    SbiReturn get_info(uint64_t counter) const;
    /// a0 to a4: base, mask, flags, event_idx, event_data.
    SbiReturn config_matching(const SbiCall& call, HardwareCounts now);
    /// a0 to a3: base, mask, flags, initial value.
    SbiReturn start(const SbiCall& call, HardwareCounts now);
    /// a0 to a2: base, mask, flags. As start(), it does what it can where some of the counters are so already.
    SbiReturn stop(const SbiCall& call, HardwareCounts now);
    SbiReturn firmware_read(uint64_t counter) const;
    SbiReturn firmware_read_high(uint64_t counter) const;

private:
    struct Counter {
        isa::sbi::PmuEvent event = isa::sbi::PmuEvent::none;
        bool running = false;
        uint64_t value = 0;  ///< stopped: its value. Running: what the event's total is ahead of it.
    };

    [[nodiscard]] bool exists(uint64_t counter) const { return counter < 64 && (existing() >> counter & 1) != 0; }
    [[nodiscard]] uint64_t existing() const;
    /// Nothing where the set names a counter that is none.
    [[nodiscard]] std::optional<uint64_t> selected(uint64_t base, uint64_t mask) const;
    [[nodiscard]] std::optional<unsigned> find_counter(uint64_t set, isa::sbi::PmuEvent event) const;
    [[nodiscard]] uint64_t total(isa::sbi::PmuEvent event, HardwareCounts now) const;
    static bool can_count(unsigned counter, isa::sbi::PmuEvent event);

    bool has_hardware_;
    std::array<Counter, counter_count> counters_{};
    std::array<uint64_t, 16> totals_{};  ///< of firmware events, by their code
};

}  // namespace hv::vm

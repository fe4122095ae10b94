// The numbers of the SBI's performance monitoring extension: events, counters and the flags of its calls.
#pragma once

#include <cstdint>

#include <hv/isa/word.hpp>

namespace hv::isa::sbi {

/// [sbi] Performance Monitoring Unit Extension: what a6 holds.
enum class Performance : uint64_t {
    num_counters = 0,
    counter_get_info = 1,
    counter_config_matching = 2,
    counter_start = 3,
    counter_stop = 4,
    counter_fw_read = 5,
    counter_fw_read_hi = 6,
    snapshot_set_shmem = 7,
    event_get_info = 8,
};

/// [sbi] PMU: event_idx, its type in bits 19:16 and its code below. Those that mean something to us.
enum class PmuEvent : uint32_t {
    none = 0,
    cpu_cycles = 0x1,
    instructions = 0x2,
    set_timer = 0xf0005,
    ipi_sent = 0xf0006,
    fence_i_sent = 0xf0008,
    sfence_vma_sent = 0xf000a,
    sfence_vma_asid_sent = 0xf000c,
};

/// [sbi] PMU: bits 31:20 of an event_idx word in memory are reserved.
inline constexpr uint32_t pmu_event_mask = 0xf'ffff;
inline constexpr uint32_t pmu_firmware_event = 0xf'0000;

/// [sbi] PMU: counter_config_matching's flags; bits 7:3 are hints, what is above is reserved.
inline constexpr uint64_t pmu_config_skip_match = 1U << 0;
inline constexpr uint64_t pmu_config_clear_value = 1U << 1;
inline constexpr uint64_t pmu_config_auto_start = 1U << 2;
inline constexpr uint64_t pmu_config_flags = 0xff;

/// [sbi] PMU: counter_start's flags.
inline constexpr uint64_t pmu_start_set_init_value = 1U << 0;
inline constexpr uint64_t pmu_start_init_snapshot = 1U << 1;
inline constexpr uint64_t pmu_start_flags = 0x3;

/// [sbi] PMU: counter_stop's flags.
inline constexpr uint64_t pmu_stop_reset = 1U << 0;
inline constexpr uint64_t pmu_stop_take_snapshot = 1U << 1;
inline constexpr uint64_t pmu_stop_flags = 0x3;

/// [sbi] PMU: what counter_get_info gives.
struct PmuCounterInfo : Word<PmuCounterInfo> {
    using Word::Word;
    static constexpr Field<0, 12> csr{};
    static constexpr Field<12, 6> width{};  ///< in bits, less one
    static constexpr Flag<63> firmware{};
};
static_assert(round_trips<PmuCounterInfo>(PmuCounterInfo::csr, 0xc02U));
static_assert(round_trips<PmuCounterInfo>(PmuCounterInfo::width, 63U));
static_assert(round_trips<PmuCounterInfo>(PmuCounterInfo::firmware, true));

/// [sbi] PMU: Event info entry format, an entry of event_get_info's list, little-endian and 16-byte aligned.
struct PmuEventInfo {
    uint32_t event_idx = 0;
    uint32_t output = 0;  ///< bit 0: is the event supported?
    uint64_t event_data = 0;
};
static_assert(sizeof(PmuEventInfo) == 16);

}  // namespace hv::isa::sbi

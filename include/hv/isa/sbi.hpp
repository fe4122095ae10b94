// The numbers of the Supervisor Binary Interface (SBI) 3.0: what a supervisor asks of the layer below it.
#pragma once

#include <cstdint>
#include <string_view>

namespace hv::isa::sbi {

/// [sbi] Binary Encoding: what a7 holds. Extensions 0 to 8 are the legacy ones, which take no function number.
enum class Extension : uint64_t {
    legacy_set_timer = 0x00,
    legacy_console_putchar = 0x01,
    legacy_console_getchar = 0x02,
    legacy_clear_ipi = 0x03,
    legacy_send_ipi = 0x04,
    legacy_remote_fence_i = 0x05,
    legacy_remote_sfence_vma = 0x06,
    legacy_remote_sfence_vma_asid = 0x07,
    legacy_shutdown = 0x08,
    base = 0x10,
    hart_state = 0x48534d,              ///< HSM
    performance_monitoring = 0x504d55,  ///< PMU, whose numbers are in sbi_pmu.hpp
    inter_processor = 0x735049,         ///< sPI
    debug_console = 0x4442434e,         ///< DBCN
    firmware_features = 0x46574654,     ///< FWFT
    remote_fence = 0x52464e43,          ///< RFNC
    system_reset = 0x53525354,          ///< SRST
    system_suspend = 0x53555350,        ///< SUSP
    timer = 0x54494d45,                 ///< TIME
};

// What a6 holds, for each extension.

/// [sbi] Base Extension.
enum class Base : uint64_t {
    get_spec_version = 0,
    get_impl_id = 1,
    get_impl_version = 2,
    probe_extension = 3,
    get_mvendorid = 4,
    get_marchid = 5,
    get_mimpid = 6,
};

/// [sbi] Timer Extension.
enum class Timer : uint64_t { set_timer = 0 };

/// [sbi] IPI Extension.
enum class InterProcessor : uint64_t { send_ipi = 0 };

/// [sbi] RFENCE Extension.
enum class RemoteFence : uint64_t {
    fence_i = 0,
    sfence_vma = 1,
    sfence_vma_asid = 2,
    hfence_gvma_vmid = 3,
    hfence_gvma = 4,
    hfence_vvma_asid = 5,
    hfence_vvma = 6,
};

/// [sbi] Hart State Management Extension.
enum class HartState : uint64_t { start = 0, stop = 1, get_status = 2, suspend = 3 };

/// [sbi] Hart State Management Extension: what get_status gives.
enum class HartStatus : uint64_t {
    started = 0,
    stopped = 1,
    start_pending = 2,
    stop_pending = 3,
    suspended = 4,
    suspend_pending = 5,
    resume_pending = 6,
};

/// [sbi] Hart State Management Extension: suspend's a0, of which the low 32 bits count.
enum class SuspendType : uint32_t { retentive = 0, non_retentive = 0x8000'0000 };

/// [sbi] System Suspend Extension, and its a0.
enum class SystemSuspend : uint64_t { suspend = 0 };
enum class SleepType : uint32_t { suspend_to_ram = 0 };

/// [sbi] Firmware Features Extension.
enum class FirmwareFeatures : uint64_t { set = 0, get = 1 };

/// [sbi] Firmware Features Extension: feature types, all of them of a single hart.
enum class Feature : uint32_t {
    misaligned_exc_deleg = 0,
    landing_pad = 1,
    shadow_stack = 2,
    double_trap = 3,
    pte_ad_hw_updating = 4,
    pointer_masking_pmlen = 5,
};

/// [sbi] System Reset Extension.
enum class SystemReset : uint64_t { reset = 0 };

/// [sbi] System Reset Extension: reset's a0.
enum class ResetType : uint32_t { shutdown = 0, cold_reboot = 1, warm_reboot = 2 };

/// [sbi] System Reset Extension: reset's a1.
enum class ResetReason : uint32_t { none = 0, system_failure = 1 };

/// [sbi] Debug Console Extension.
enum class DebugConsole : uint64_t { write = 0, read = 1, write_byte = 2 };

/// [sbi] Binary Encoding: what a call gives back in a0.
enum class Error : int64_t {
    success = 0,
    failed = -1,
    not_supported = -2,
    invalid_param = -3,
    denied = -4,
    invalid_address = -5,
    already_available = -6,
    already_started = -7,
    already_stopped = -8,
    no_shared_memory = -9,
    invalid_state = -10,
    bad_range = -11,
    timeout = -12,
    io = -13,
    denied_locked = -14,
};

/// Words for an error, such as "not supported"; "unknown SBI error" for a number that has none.
[[nodiscard]] std::string_view name_of(Error error);

/// [sbi] Base Extension: get_spec_version's value for a version of the specification.
[[nodiscard]] constexpr uint64_t spec_version(uint64_t major, uint64_t minor)
{
    return major << 24 | minor;
}

}  // namespace hv::isa::sbi

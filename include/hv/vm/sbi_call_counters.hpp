// SBI calls about what the guest's hart counts and what it can be told to do otherwise: PMU and FWFT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm {

/// How many events one event_get_info looks at; a longer list fails before it is read.
inline constexpr uint64_t max_event_infos = 256;

namespace sbi_detail {

/// [sbi] PMU: sbi_pmu_event_get_info. Writes the second word of each entry, and nothing else.
template <SbiHost H>
SbiReturn get_event_info(H& host, const SbiCall& call)
{
    using isa::sbi::Error;
    using isa::sbi::PmuEventInfo;
    const auto [low, high, count, flags] = std::tuple{call.a0, call.a1, call.a2, call.a3};
    if (flags != 0 || low % sizeof(PmuEventInfo) != 0) {
        return {Error::invalid_param};
    }
    if (count > max_event_infos) {
        return {Error::failed};
    }
    const mm::GuestMemory& memory = host.memory();
    const GuestPhysRange list{GuestPhysAddr{low}, count * sizeof(PmuEventInfo)};
    if (high != 0 || !memory.check_writable(list)) {
        return {Error::invalid_address};
    }
    for (uint64_t i = 0; i < count; ++i) {
        const GuestPhysAddr entry = list.start + i * sizeof(PmuEventInfo);
        const auto event = memory.read<uint32_t>(entry + offsetof(PmuEventInfo, event_idx));
        const auto data = memory.read<uint64_t>(entry + offsetof(PmuEventInfo, event_data));
        if (!event || !data) {
            return {Error::invalid_address};  // the guest's regions never change: not reached
        }
        if ((*event & ~isa::sbi::pmu_event_mask) != 0) {
            return {Error::invalid_param};
        }
        const uint32_t output = host.counters().supports(*event, *data) ? 1 : 0;
        if (!memory.write<uint32_t>(entry + offsetof(PmuEventInfo, output), output)) {
            return {Error::invalid_address};  // not reached, as above
        }
    }
    return {Error::success};
}

/// Passes on what `result` is, once the hart lets the guest read the counters that it may read now.
template <SbiHost H>
SbiReturn after_counter_change(H& host, SbiReturn result)
{
    host.counters_changed();
    return result;
}

template <SbiHost H>
SbiReturn handle_performance(H& host, const SbiCall& call)
{
    using isa::sbi::Performance;
    PmuCounters& counters = host.counters();
    switch (static_cast<Performance>(call.function())) {
    case Performance::num_counters:
        return {isa::sbi::Error::success, PmuCounters::counter_count};
    case Performance::counter_get_info:
        return counters.get_info(call.a0);
    case Performance::counter_config_matching:
        return after_counter_change(host, counters.config_matching(call, host.hardware_counts()));
    case Performance::counter_start:
        return after_counter_change(host, counters.start(call, host.hardware_counts()));
    case Performance::counter_stop:
        return after_counter_change(host, counters.stop(call, host.hardware_counts()));
    case Performance::counter_fw_read:
        return counters.firmware_read(call.a0);
    case Performance::counter_fw_read_hi:
        return counters.firmware_read_high(call.a0);
    case Performance::snapshot_set_shmem:
        break;  // optional
    case Performance::event_get_info:
        return get_event_info(host, call);
    }
    return {isa::sbi::Error::not_supported};
}

/// [sbi] FWFT: Feature Attribute Values. Which values a feature has, on any hart.
[[nodiscard]] constexpr bool is_value_of(isa::sbi::Feature feature, uint64_t value)
{
    if (feature == isa::sbi::Feature::pointer_masking_pmlen) {
        return value == 0 || value == 7 || value == 16;  // [priv] Ssnpm: the lengths that there are
    }
    return value <= 1;
}

template <SbiHost H>
SbiReturn set_feature(H& host, isa::sbi::Feature feature, uint64_t value, uint64_t flags)
{
    using isa::sbi::Error;
    constexpr uint64_t lock = 1;
    if ((flags & ~lock) != 0 || !is_value_of(feature, value)) {
        return {Error::invalid_param};
    }
    if (host.feature_locks().locked(feature)) {
        return {Error::denied_locked};
    }
    // What is so already may be asked for also where changes are denied.
    if (host.feature(feature) != value) {
        const Error error = host.set_feature(feature, value);
        if (error != Error::success) {
            return {error};
        }
    }
    if (flags == lock) {
        host.feature_locks().lock(feature);
    }
    return {Error::success};
}

/// [sbi] Firmware Features Extension. Of the feature's number, the low 32 bits count.
template <SbiHost H>
SbiReturn handle_firmware_features(H& host, const SbiCall& call)
{
    using isa::sbi::Error;
    using isa::sbi::FirmwareFeatures;
    const auto function = static_cast<FirmwareFeatures>(call.function());
    if (function != FirmwareFeatures::set && function != FirmwareFeatures::get) {
        return {Error::not_supported};
    }
    const auto feature = static_cast<isa::sbi::Feature>(static_cast<uint32_t>(call.a0));
    if (feature > isa::sbi::Feature::pointer_masking_pmlen) {
        return {Error::denied};
    }
    const std::optional<uint64_t> value = host.feature(feature);
    if (!value) {
        return {Error::not_supported};
    }
    if (function == FirmwareFeatures::get) {
        return {Error::success, *value};
    }
    return set_feature(host, feature, call.a1, call.a2);
}

}  // namespace sbi_detail
}  // namespace hv::vm

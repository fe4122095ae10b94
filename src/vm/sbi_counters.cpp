// The guest's performance counters, as differences from what always runs.
#include <hv/vm/sbi_counters.hpp>

#include <bit>
#include <tuple>

#include <hv/isa/csr.hpp>
#include <hv/lib/bits.hpp>

namespace hv::vm {

using isa::sbi::Error;
using isa::sbi::PmuCounterInfo;
using isa::sbi::PmuEvent;

PmuCounters::PmuCounters(bool has_hardware) : has_hardware_{has_hardware}
{
    counters_[cycle_counter] = {.event = PmuEvent::cpu_cycles, .running = has_hardware, .value = 0};
    counters_[instret_counter] = {.event = PmuEvent::instructions, .running = has_hardware, .value = 0};
}

uint64_t PmuCounters::existing() const
{
    constexpr uint64_t hardware = uint64_t{1} << cycle_counter | uint64_t{1} << instret_counter;
    constexpr uint64_t firmware = low_mask(counter_count) & ~low_mask(first_firmware_counter);
    return has_hardware_ ? hardware | firmware : firmware;
}

uint64_t PmuCounters::pass_through() const
{
    uint64_t bits = 0;
    for (const unsigned counter : {cycle_counter, instret_counter}) {
        if (counters_[counter].running && counters_[counter].value == 0) {
            bits |= uint64_t{1} << counter;
        }
    }
    return bits;
}

uint64_t PmuCounters::total(PmuEvent event, HardwareCounts now) const
{
    if (event == PmuEvent::cpu_cycles) {
        return now.cycle;
    }
    if (event == PmuEvent::instructions) {
        return now.instret;
    }
    return totals_[static_cast<uint32_t>(event) & (totals_.size() - 1)];
}

uint64_t PmuCounters::value(unsigned counter, HardwareCounts now) const
{
    const Counter& it = counters_[counter];
    return it.running ? total(it.event, now) - it.value : it.value;
}

bool PmuCounters::supports(uint64_t event_idx, uint64_t event_data) const
{
    // Of none of ours does the data mean anything; what is not 0 is reserved.
    if (event_data != 0 || event_idx > isa::sbi::pmu_event_mask) {
        return false;
    }
    switch (static_cast<PmuEvent>(event_idx)) {
    case PmuEvent::cpu_cycles:
    case PmuEvent::instructions:
        return has_hardware_;
    case PmuEvent::set_timer:
    case PmuEvent::ipi_sent:
    case PmuEvent::fence_i_sent:
    case PmuEvent::sfence_vma_sent:
    case PmuEvent::sfence_vma_asid_sent:
        return true;
    case PmuEvent::none:
        break;
    }
    return false;
}

bool PmuCounters::can_count(unsigned counter, PmuEvent event)
{
    const bool is_firmware = (static_cast<uint32_t>(event) & isa::sbi::pmu_firmware_event) != 0;
    if (counter >= first_firmware_counter) {
        return is_firmware;
    }
    return event == (counter == cycle_counter ? PmuEvent::cpu_cycles : PmuEvent::instructions);
}

std::optional<uint64_t> PmuCounters::selected(uint64_t base, uint64_t mask) const
{
    if (mask == 0) {
        return 0;
    }
    if (base >= counter_count || (mask << base) >> base != mask || ((mask << base) & ~existing()) != 0) {
        return std::nullopt;
    }
    return mask << base;
}

SbiReturn PmuCounters::get_info(uint64_t counter) const
{
    if (!exists(counter)) {
        return {Error::invalid_param};
    }
    const bool is_firmware = counter >= first_firmware_counter;
    // For a firmware counter the width means nothing, yet there are guests that cut its value to it.
    const auto info = PmuCounterInfo{}.with(PmuCounterInfo::width, 63).with(PmuCounterInfo::firmware, is_firmware);
    const uint64_t csr = static_cast<uint64_t>(isa::Csr::cycle) + counter;
    return {Error::success, is_firmware ? info.bits() : info.with(PmuCounterInfo::csr, csr).bits()};
}

std::optional<unsigned> PmuCounters::find_counter(uint64_t set, PmuEvent event) const
{
    std::optional<unsigned> stopped;
    for (unsigned counter = 0; counter < counter_count; ++counter) {
        const Counter& it = counters_[counter];
        if (!bit(set, counter) || !can_count(counter, event) || it.running) {
            continue;
        }
        // One that counts nothing yet, rather than one whose value the guest may still want.
        if (it.event == PmuEvent::none) {
            return counter;
        }
        stopped = stopped ? stopped : counter;
    }
    return stopped;
}

SbiReturn PmuCounters::config_matching(const SbiCall& call, HardwareCounts now)
{
    const auto [base, mask, flags, event_idx] = std::tuple{call.a0, call.a1, call.a2, call.a3};
    const std::optional<uint64_t> set = selected(base, mask);
    if (!set || (flags & ~isa::sbi::pmu_config_flags) != 0) {
        return {Error::invalid_param};
    }
    if (*set == 0 || !supports(event_idx, call.a4)) {
        return {Error::not_supported};
    }
    const auto event = static_cast<PmuEvent>(event_idx);
    const auto first = static_cast<unsigned>(std::countr_zero(*set));
    const bool skip_match = (flags & isa::sbi::pmu_config_skip_match) != 0;
    const std::optional<unsigned> found = skip_match ? first : find_counter(*set, event);
    if (!found || !can_count(*found, event)) {
        return {Error::not_supported};
    }
    Counter& counter = counters_[*found];
    const uint64_t kept = (flags & isa::sbi::pmu_config_clear_value) != 0 ? 0 : value(*found, now);
    counter.event = event;
    counter.running = counter.running || (flags & isa::sbi::pmu_config_auto_start) != 0;
    counter.value = counter.running ? total(event, now) - kept : kept;
    return {Error::success, *found};
}

SbiReturn PmuCounters::start(const SbiCall& call, HardwareCounts now)
{
    const auto [base, mask, flags, initial] = std::tuple{call.a0, call.a1, call.a2, call.a3};
    const std::optional<uint64_t> set = selected(base, mask);
    const bool set_value = (flags & isa::sbi::pmu_start_set_init_value) != 0;
    if (!set || (flags & ~isa::sbi::pmu_start_flags) != 0 || (set_value && (*set & (*set - 1)) != 0)) {
        return {Error::invalid_param};
    }
    if ((flags & isa::sbi::pmu_start_init_snapshot) != 0) {
        return {Error::no_shared_memory};
    }
    Error error = Error::success;
    for (unsigned index = 0; index < counter_count; ++index) {
        Counter& counter = counters_[index];
        if (!bit(*set, index)) {
            continue;
        }
        if (counter.event == PmuEvent::none) {
            error = Error::invalid_param;  // it has nothing to count
        } else if (counter.running) {
            error = Error::already_started;
        } else {
            counter.value = total(counter.event, now) - (set_value ? initial : counter.value);
            counter.running = true;
        }
    }
    return {error};
}

SbiReturn PmuCounters::stop(const SbiCall& call, HardwareCounts now)
{
    const auto [base, mask, flags] = std::tuple{call.a0, call.a1, call.a2};
    const std::optional<uint64_t> set = selected(base, mask);
    if (!set || (flags & ~isa::sbi::pmu_stop_flags) != 0) {
        return {Error::invalid_param};
    }
    if ((flags & isa::sbi::pmu_stop_take_snapshot) != 0) {
        return {Error::no_shared_memory};
    }
    Error error = Error::success;
    for (unsigned index = 0; index < counter_count; ++index) {
        Counter& counter = counters_[index];
        if (!bit(*set, index)) {
            continue;
        }
        if (counter.running) {
            counter.value = value(index, now);
            counter.running = false;
        } else {
            error = Error::already_stopped;
        }
        // A hardware counter has only one event to be mapped to.
        if ((flags & isa::sbi::pmu_stop_reset) != 0 && index >= first_firmware_counter) {
            counter.event = PmuEvent::none;
        }
    }
    return {error};
}

SbiReturn PmuCounters::firmware_read(uint64_t counter) const
{
    if (!exists(counter) || counter < first_firmware_counter) {
        return {Error::invalid_param};
    }
    return {Error::success, value(static_cast<unsigned>(counter), {})};
}

SbiReturn PmuCounters::firmware_read_high(uint64_t counter) const
{
    // The upper 32 bits are for 32-bit guests: all of them are in firmware_read() already.
    const SbiReturn low = firmware_read(counter);
    return {low.error};
}

}  // namespace hv::vm

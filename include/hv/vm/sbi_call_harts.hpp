// SBI calls that start, stop and suspend harts, or end the guest: HSM, SUSP and SRST.
#pragma once

#include <cstdint>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm::sbi_detail {

/// [sbi] Hart State Management Extension: sbi_hart_start.
template <SbiHost H>
SbiOutcome start_hart(H& host, uint64_t hart, HartEntry entry)
{
    using isa::sbi::Error;
    HartStates& states = host.hart_states();
    if (hart >= states.count()) {
        return Error::invalid_param;
    }
    if (states.status(hart) != isa::sbi::HartStatus::stopped) {
        return Error::already_available;
    }
    if (!is_executable(host.memory(), entry.pc)) {
        return Error::invalid_address;
    }
    if (!states.request_start(hart, entry)) {
        return Error::already_available;  // another hart was first
    }
    host.wake_for_start(hart);
    return Error::success;
}

/// Both suspends of the specification. `resume_at` is nothing for a retentive one.
template <SbiHost H>
SbiOutcome suspend(H& host, std::optional<HartEntry> resume_at, bool whole_system)
{
    host.hart_states().begin_suspend(host.hart());
    SbiOutcome outcome{SbiOutcome::Kind::suspend};
    outcome.resume_at = resume_at;
    outcome.whole_system = whole_system;
    return outcome;
}

/// [sbi] Hart State Management Extension: sbi_hart_suspend. Of the type, the low 32 bits count.
template <SbiHost H>
SbiOutcome suspend_hart(H& host, uint64_t type, HartEntry entry)
{
    using isa::sbi::SuspendType;
    switch (static_cast<SuspendType>(static_cast<uint32_t>(type))) {
    case SuspendType::retentive:
        return suspend(host, std::nullopt, false);
    case SuspendType::non_retentive:
        if (!is_executable(host.memory(), entry.pc)) {
            return isa::sbi::Error::invalid_address;
        }
        return suspend(host, entry, false);
    }
    return isa::sbi::Error::invalid_param;
}

template <SbiHost H>
SbiOutcome handle_hart_state(H& host, const SbiCall& call)
{
    using isa::sbi::Error;
    using isa::sbi::HartState;
    switch (static_cast<HartState>(call.function())) {
    case HartState::start:
        return start_hart(host, call.a0, {GuestPhysAddr{call.a1}, call.a2});
    case HartState::stop:
        host.hart_states().begin_stop(host.hart());
        return SbiOutcome{SbiOutcome::Kind::stop};
    case HartState::get_status:
        if (call.a0 >= host.hart_states().count()) {
            return Error::invalid_param;
        }
        return SbiReturn{Error::success, static_cast<uint64_t>(host.hart_states().status(call.a0))};
    case HartState::suspend:
        return suspend_hart(host, call.a0, {GuestPhysAddr{call.a1}, call.a2});
    }
    return Error::not_supported;
}

/// [sbi] System Suspend Extension: only by the last hart that is not stopped.
template <SbiHost H>
SbiOutcome handle_system_suspend(H& host, const SbiCall& call)
{
    using isa::sbi::Error;
    if (static_cast<isa::sbi::SystemSuspend>(call.function()) != isa::sbi::SystemSuspend::suspend) {
        return Error::not_supported;
    }
    if (static_cast<isa::sbi::SleepType>(static_cast<uint32_t>(call.a0)) != isa::sbi::SleepType::suspend_to_ram) {
        return Error::invalid_param;
    }
    const HartEntry entry{GuestPhysAddr{call.a1}, call.a2};
    if (!is_executable(host.memory(), entry.pc)) {
        return Error::invalid_address;
    }
    if (!host.hart_states().all_others_stopped(host.hart())) {
        return Error::denied;
    }
    return suspend(host, entry, true);
}

/// What a reset asked for, or invalid_param where a type or a reason is reserved or another platform's.
inline SbiOutcome reset(uint32_t type, uint32_t reason)
{
    using isa::sbi::ResetReason;
    using isa::sbi::ResetType;
    if (type > static_cast<uint32_t>(ResetType::warm_reboot) ||
        reason > static_cast<uint32_t>(ResetReason::system_failure)) {
        return isa::sbi::Error::invalid_param;
    }
    SbiOutcome outcome{SbiOutcome::Kind::reset};
    outcome.reset_type = static_cast<ResetType>(type);
    outcome.reset_reason = static_cast<ResetReason>(reason);
    return outcome;
}

/// [sbi] System Reset Extension: both arguments are of 32 bits.
inline SbiOutcome handle_system_reset(const SbiCall& call)
{
    if (static_cast<isa::sbi::SystemReset>(call.function()) != isa::sbi::SystemReset::reset) {
        return isa::sbi::Error::not_supported;
    }
    return reset(static_cast<uint32_t>(call.a0), static_cast<uint32_t>(call.a1));
}

}  // namespace hv::vm::sbi_detail

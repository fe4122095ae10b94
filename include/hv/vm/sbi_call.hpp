// Any SBI call of a guest: from its registers to what its vCPU does next.
#pragma once

#include <cstdint>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_call_console.hpp>
#include <hv/vm/sbi_call_counters.hpp>
#include <hv/vm/sbi_call_harts.hpp>
#include <hv/vm/sbi_call_legacy.hpp>
#include <hv/vm/sbi_call_remote.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm {

namespace sbi_detail {

/// [sbi] Base Extension.
template <SbiHost H>
SbiReturn handle_base(const H& host, const SbiCall& call)
{
    using isa::sbi::Base;
    using isa::sbi::Error;
    switch (static_cast<Base>(call.function())) {
    case Base::get_spec_version:
        return {Error::success, isa::sbi::spec_version(3, 0)};
    case Base::get_impl_id:
        return {Error::success, sbi_implementation_id};
    case Base::get_impl_version:
        return {Error::success, sbi_implementation_version};
    case Base::probe_extension:
        return {Error::success, host.extensions().contains(static_cast<uint32_t>(call.a0)) ? 1U : 0U};
    case Base::get_mvendorid:
        return {Error::success, host.identity().mvendorid};
    case Base::get_marchid:
        return {Error::success, host.identity().marchid};
    case Base::get_mimpid:
        return {Error::success, host.identity().mimpid};
    }
    return {Error::not_supported};
}

/// Ours, which only a guest with an armed watchdog is offered.
template <SbiHost H>
SbiReturn handle_own(H& host, const SbiCall& call)
{
    if (static_cast<OwnFunction>(call.function()) != OwnFunction::feed) {
        return {isa::sbi::Error::not_supported};
    }
    host.feed_watchdog();
    return {};
}

template <SbiHost H>
// NOLINTNEXTLINE(readability-function-size): the list of extensions.
SbiOutcome dispatch(H& host, const SbiCall& call)
{
    using isa::sbi::Error;
    using isa::sbi::Extension;
    switch (static_cast<Extension>(call.extension())) {
    case Extension::base:
        return handle_base(host, call);
    case Extension::timer:
        if (static_cast<isa::sbi::Timer>(call.function()) != isa::sbi::Timer::set_timer) {
            return Error::not_supported;
        }
        set_timer(host, call.a0);
        return Error::success;
    case Extension::inter_processor:
        if (static_cast<isa::sbi::InterProcessor>(call.function()) != isa::sbi::InterProcessor::send_ipi) {
            return Error::not_supported;
        }
        return send_ipi(host, call.a0, call.a1);
    case Extension::remote_fence:
        return handle_remote_fence(host, call);
    case Extension::hart_state:
        return handle_hart_state(host, call);
    case Extension::system_reset:
        return handle_system_reset(call);
    case Extension::debug_console:
        return handle_debug_console(host, call);
    case Extension::system_suspend:
        return handle_system_suspend(host, call);
    case Extension::performance_monitoring:
        return handle_performance(host, call);
    case Extension::firmware_features:
        return handle_firmware_features(host, call);
    case Extension::legacy_set_timer:
    case Extension::legacy_console_putchar:
    case Extension::legacy_console_getchar:
    case Extension::legacy_clear_ipi:
    case Extension::legacy_send_ipi:
    case Extension::legacy_remote_fence_i:
    case Extension::legacy_remote_sfence_vma:
    case Extension::legacy_remote_sfence_vma_asid:
    case Extension::legacy_shutdown:
        return handle_legacy(host, call);
    }
    return Error::not_supported;
}

}  // namespace sbi_detail

/// The whole SBI, calls that handle_hot_call() answers included. What the guest is not offered is not supported,
/// exactly where probe_extension says 0. Work and stack are bounded, whatever the arguments.
template <SbiHost H>
[[gnu::noinline, gnu::cold]] SbiOutcome handle_call(H& host, const SbiCall& call)
{
    if (!host.extensions().contains(call.extension())) {
        return isa::sbi::Error::not_supported;
    }
    if (call.extension() == sbi_own_extension) {
        return sbi_detail::handle_own(host, call);
    }
    return sbi_detail::dispatch(host, call);
}

}  // namespace hv::vm

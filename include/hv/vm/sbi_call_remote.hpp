// SBI calls that reach other harts of the guest, or its clock: TIME, IPI and RFENCE.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm::sbi_detail {

template <SbiHost H>
void set_timer(H& host, uint64_t guest_time)
{
    host.counters().count(isa::sbi::PmuEvent::set_timer);
    host.set_timer(guest_time);
}

/// The harts meant, without the caller's own.
template <SbiHost H>
HartMask without_self(const H& host, HartMask targets)
{
    return targets & ~(HartMask{1} << host.hart());
}

template <SbiHost H>
SbiReturn send_ipi(H& host, uint64_t mask, uint64_t base)
{
    const std::optional<HartMask> targets = targets_of(mask, base, host.hart_states().count());
    if (!targets) {
        return {isa::sbi::Error::invalid_param};
    }
    const HartMask others = without_self(host, *targets);
    if (others != *targets) {
        host.raise_software_interrupt();
    }
    if (others != 0) {
        host.counters().count(isa::sbi::PmuEvent::ipi_sent, static_cast<unsigned>(std::popcount(others)));
        host.send_ipis(others);
    }
    return {};
}

/// The firmware event that a fence of this kind is, when it goes to another hart.
[[nodiscard]] constexpr isa::sbi::PmuEvent event_of(FenceRequest::Kind kind)
{
    switch (kind) {
    case FenceRequest::Kind::instructions:
        return isa::sbi::PmuEvent::fence_i_sent;
    case FenceRequest::Kind::addresses:
        return isa::sbi::PmuEvent::sfence_vma_sent;
    case FenceRequest::Kind::addresses_of_a_space:
        break;
    }
    return isa::sbi::PmuEvent::sfence_vma_asid_sent;
}

/// Returns when all of the harts have done it.
template <SbiHost H>
SbiReturn remote_fence(H& host, uint64_t mask, uint64_t base, FenceRequest request)
{
    const std::optional<HartMask> targets = targets_of(mask, base, host.hart_states().count());
    if (!targets) {
        return {isa::sbi::Error::invalid_param};
    }
    const HartMask others = without_self(host, *targets);
    if (others != *targets) {
        host.fence_here(request);
    }
    if (others != 0) {
        host.counters().count(event_of(request.kind), static_cast<unsigned>(std::popcount(others)));
        host.fence_others(others, request);
    }
    return {};
}

template <SbiHost H>
SbiReturn handle_remote_fence(H& host, const SbiCall& call)
{
    using isa::sbi::RemoteFence;
    switch (static_cast<RemoteFence>(call.function())) {
    case RemoteFence::fence_i:
        return remote_fence(host, call.a0, call.a1, FenceRequest{});
    case RemoteFence::sfence_vma:
        return remote_fence(host, call.a0, call.a1, fence_of_addresses(call.a2, call.a3));
    case RemoteFence::sfence_vma_asid:
        return remote_fence(host, call.a0, call.a1, fence_of_space(call.a2, call.a3, call.a4));
    case RemoteFence::hfence_gvma_vmid:
    case RemoteFence::hfence_gvma:
    case RemoteFence::hfence_vvma_asid:
    case RemoteFence::hfence_vvma:
        break;  // the guest's harts have no H extension
    }
    return {isa::sbi::Error::not_supported};
}

}  // namespace hv::vm::sbi_detail

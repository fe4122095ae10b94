// The SBI calls that guests make all the time, answered in the trap path itself: everything else is sbi_call.hpp's.
#pragma once

#include <cstdint>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm {

/// TIME set_timer; BASE get_spec_version and probe_extension; an IPI and a fence to the calling hart alone. True if
/// it was one of these, and a0 and a1 are what the guest gets, behind its ecall; else nothing has happened, and
/// handle_call() is to be asked, which would have given the same.
///
/// For one place in the trap path: with the registers as arguments nothing is stored, and comparing costs 3
/// instructions an extension, so those with the tightest limits are first. Not a switch: no jump table.
template <SbiHost H>
// NOLINTNEXTLINE(readability-function-size): one chain of comparisons, in the order of their cost.
[[nodiscard, gnu::always_inline]] inline bool handle_hot_call(H& host, uint64_t& a0, uint64_t& a1, uint64_t a2,
                                                              uint64_t a3, uint64_t a4, uint64_t a6, uint64_t a7)
{
    using namespace isa::sbi;
    // As 32-bit numbers: Extension is of 64 bits, and clearing the upper half takes an instruction more.
    const auto extension = static_cast<uint32_t>(a7);
    const auto function = static_cast<uint32_t>(a6);
    const auto is = [extension](Extension which) { return extension == static_cast<uint32_t>(which); };
    uint64_t value = 0;
    if (is(Extension::timer)) {
        if (function != static_cast<uint32_t>(Timer::set_timer)) {
            return false;
        }
        if (!host.set_timer_quickly(a0)) [[unlikely]] {
            return false;
        }
        host.counters().count(PmuEvent::set_timer);
    } else if (is(Extension::base)) {
        if (function == static_cast<uint32_t>(Base::get_spec_version)) {
            value = spec_version(3, 0);
        } else if (function == static_cast<uint32_t>(Base::probe_extension)) {
            const auto which = static_cast<uint32_t>(a0);
            if (host.common_extensions().contains(which)) [[likely]] {
                value = 1;
            } else if (which == sbi_own_extension) {
                return false;
            }
        } else {
            return false;
        }
    } else if (is(Extension::remote_fence)) {
        if (!is_only(host.hart(), a0, a1)) {
            return false;
        }
        if (function == static_cast<uint32_t>(RemoteFence::sfence_vma)) {
            host.fence_here(fence_of_addresses(a2, a3));
        } else if (function == static_cast<uint32_t>(RemoteFence::fence_i)) {
            host.fence_here(FenceRequest{});
        } else if (function == static_cast<uint32_t>(RemoteFence::sfence_vma_asid)) {
            host.fence_here(fence_of_space(a2, a3, a4));
        } else {
            return false;
        }
    } else if (is(Extension::inter_processor)) {
        if (function != static_cast<uint32_t>(InterProcessor::send_ipi) || !is_only(host.hart(), a0, a1)) {
            return false;
        }
        host.raise_software_interrupt();
    } else {
        return false;
    }
    a0 = static_cast<uint64_t>(Error::success);
    a1 = value;
    return true;
}

}  // namespace hv::vm

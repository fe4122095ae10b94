// The SBI's legacy calls, 0 to 8: no function number, nothing in a1, and pointers of the guest's own address space.
#pragma once

#include <cstddef>
#include <cstdint>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_call_console.hpp>
#include <hv/vm/sbi_call_harts.hpp>
#include <hv/vm/sbi_call_remote.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm::sbi_detail {

/// [sbi] Legacy Extensions: a0 alone changes.
inline SbiOutcome legacy_return(const SbiCall& call, int64_t a0)
{
    SbiOutcome outcome{SbiOutcome::Kind::resume};
    outcome.a0 = static_cast<uint64_t>(a0);
    outcome.a1 = call.a1;
    return outcome;
}

/// Does `act` with the harts whose mask is at the guest-virtual address a0: one word, for up to 64 harts. A null
/// pointer means all of them, as everywhere. A word that cannot be loaded is the guest's fault, at its ecall.
template <SbiHost H, typename Act>
SbiOutcome with_legacy_mask(H& host, const SbiCall& call, Act act)
{
    uint64_t base = UINT64_MAX;
    uint64_t mask = 0;
    if (call.a0 != 0) {
        const Expected<uint64_t, GuestFault> loaded = host.load_word(GuestVirtAddr{call.a0});
        if (!loaded) {
            SbiOutcome outcome{SbiOutcome::Kind::fault};
            outcome.fault = loaded.error();
            return outcome;
        }
        base = 0;
        mask = *loaded;
    }
    const SbiReturn result = act(mask, base);
    return legacy_return(call, static_cast<int64_t>(result.error));
}

template <SbiHost H>
SbiOutcome read_legacy_byte(H& host, const SbiCall& call)
{
    std::byte byte[1] = {};
    const bool got = host.console_read(byte) == 1;
    return legacy_return(call, got ? static_cast<int64_t>(byte[0]) : -1);
}

template <SbiHost H>
SbiOutcome handle_legacy(H& host, const SbiCall& call)
{
    using isa::sbi::Extension;
    const auto extension = static_cast<Extension>(call.extension());
    if (extension == Extension::legacy_set_timer) {
        set_timer(host, call.a0);
        return legacy_return(call, 0);
    }
    if (extension == Extension::legacy_console_putchar) {
        return write_byte(host, call.a0, legacy_return(call, 0));
    }
    if (extension == Extension::legacy_console_getchar) {
        return read_legacy_byte(host, call);
    }
    if (extension == Extension::legacy_clear_ipi) {
        return legacy_return(call, host.clear_software_interrupt() ? 1 : 0);
    }
    if (extension == Extension::legacy_shutdown) {
        return reset(static_cast<uint32_t>(isa::sbi::ResetType::shutdown),
                     static_cast<uint32_t>(isa::sbi::ResetReason::none));
    }
    return with_legacy_mask(host, call, [&](uint64_t mask, uint64_t base) {
        if (extension == Extension::legacy_send_ipi) {
            return send_ipi(host, mask, base);
        }
        if (extension == Extension::legacy_remote_fence_i) {
            return remote_fence(host, mask, base, FenceRequest{});
        }
        if (extension == Extension::legacy_remote_sfence_vma) {
            return remote_fence(host, mask, base, fence_of_addresses(call.a1, call.a2));
        }
        return remote_fence(host, mask, base, fence_of_space(call.a1, call.a2, call.a3));
    });
}

}  // namespace hv::vm::sbi_detail

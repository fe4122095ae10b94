// What goes into an SBI call of a guest, and what comes out of it: registers, or something that its vCPU must do.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/isa/cause.hpp>
#include <hv/isa/sbi.hpp>
#include <hv/lib/address.hpp>

namespace hv::vm {

/// Harts of one guest: hart n in bit n. A guest's hart ids are 0 to n - 1.
using HartMask = uint64_t;
inline constexpr unsigned max_guest_harts = 64;

/// [sbi] Binary Encoding: the registers of the caller. The extension and the function are signed 32-bit numbers:
/// of a7 and a6 the low 32 bits count, whatever is above them.
struct SbiCall {
    uint64_t a0 = 0;
    uint64_t a1 = 0;
    uint64_t a2 = 0;
    uint64_t a3 = 0;
    uint64_t a4 = 0;
    uint64_t a5 = 0;
    uint64_t a6 = 0;
    uint64_t a7 = 0;

    [[nodiscard]] constexpr uint32_t extension() const { return static_cast<uint32_t>(a7); }
    [[nodiscard]] constexpr uint32_t function() const { return static_cast<uint32_t>(a6); }
};

/// [sbi] Binary Encoding: a pair of a0 and a1. With an error, the value is 0.
struct [[nodiscard]] SbiReturn {
    isa::sbi::Error error = isa::sbi::Error::success;
    uint64_t value = 0;

    friend constexpr bool operator==(SbiReturn, SbiReturn) = default;
};

/// Where a hart begins or goes on, with satp = 0, sstatus.SIE = 0, a0 = its id and a1 = `opaque`.
struct HartEntry {
    GuestPhysAddr pc{};
    uint64_t opaque = 0;

    friend constexpr bool operator==(HartEntry, HartEntry) = default;
};

/// An exception that the guest is given, at the instruction that it is at.
struct GuestFault {
    isa::Exception cause = isa::Exception::load_access_fault;
    uint64_t stval = 0;

    friend constexpr bool operator==(GuestFault, GuestFault) = default;
};

/// What the calling vCPU does next. No register but a0 and a1 changes in any case.
struct [[nodiscard]] SbiOutcome {
    enum class Kind : uint8_t {
        resume,   ///< set a0 and a1, behind the ecall
        retry,    ///< nothing has changed, and a console is full: let interrupts in, then run the ecall again
        fault,    ///< give the guest `fault`, with sepc at the ecall
        stop,     ///< the hart is stop-pending: leave the guest, HartStates::finish_stop(), wait for a start
        suspend,  ///< the hart is suspend-pending: finish_suspend(), wait for an interrupt, then as `resume_at`
                  ///< says
        reset,    ///< end or restart the guest, all of its harts
    };
    Kind kind = Kind::resume;
    uint64_t a0 = 0;  ///< for resume, and for suspend with no `resume_at`
    uint64_t a1 = 0;
    GuestFault fault{};
    std::optional<HartEntry> resume_at{};  ///< nothing for a retentive suspend, which goes on behind the ecall
    bool whole_system = false;             ///< for suspend: no other hart runs, so the guest as a whole sleeps
    isa::sbi::ResetType reset_type = isa::sbi::ResetType::shutdown;
    isa::sbi::ResetReason reset_reason = isa::sbi::ResetReason::none;

    // NOLINTNEXTLINE(google-explicit-constructor): most calls do no more than return.
    constexpr SbiOutcome(SbiReturn result) : a0{static_cast<uint64_t>(result.error)}, a1{result.value} {}
    // NOLINTNEXTLINE(google-explicit-constructor): the same, without a value.
    constexpr SbiOutcome(isa::sbi::Error error) : SbiOutcome{SbiReturn{error, 0}} {}
    constexpr explicit SbiOutcome(Kind what) : kind{what} {}

    friend constexpr bool operator==(const SbiOutcome&, const SbiOutcome&) = default;
};

}  // namespace hv::vm

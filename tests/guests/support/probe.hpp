// Runs a few instructions with registers of a scenario's choice up to their first trap, in VS- or VU-mode.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "support.hpp"

namespace guest {

/// What run_until_trap (probe.S) begins with and ends with.
struct MachineState {
    std::array<uint64_t, 32> x{};
    uint64_t pc = 0;
    uint64_t sstatus = 0;
    uint64_t scause = 0;
    uint64_t sepc = 0;
    uint64_t stval = 0;
    uint64_t host = 0;  ///< the caller's stack
};

enum class Mode : uint8_t { supervisor, user };

/// Only for the boot hart: it owns the two pages that the code lies in.
class Probe {
public:
    static constexpr uint64_t area_size = 8192;

    /// Forgets everything: x1 to x31 get patterns, the code is to begin at the area's start, with SIE = 0 before.
    Probe& begin(Mode mode = Mode::supervisor);
    /// Where in the area the code is to begin, in bytes.
    Probe& at(uint64_t offset);
    /// The address space that it runs in is not pages.hpp's: `shift` is added to the area's address.
    Probe& shifted(uint64_t shift);
    /// sstatus.SIE while it runs.
    Probe& with_interrupts(bool on);
    /// Bits of sstatus that are set while it runs, such as SUM.
    Probe& with_status(uint64_t bits);
    Probe& set(unsigned reg, uint64_t value);

    /// Runs the instructions, each of the length that its lowest bits say, and an ebreak behind them.
    Probe& run(std::initializer_list<uint32_t> instructions);
    Probe& run(uint32_t instruction) { return run({instruction}); }
    /// Runs what is at `pc`, without any ebreak of ours.
    Probe& run_at(uint64_t pc);

    [[nodiscard]] const MachineState& state() const { return state_; }
    [[nodiscard]] uint64_t get(unsigned reg) const { return state_.x[reg]; }
    /// The address of the first instruction, as the code saw it.
    [[nodiscard]] uint64_t pc() const { return pc_; }
    /// Did it come to the ebreak?
    [[nodiscard]] bool completed() const;
    [[nodiscard]] bool trapped_as(Exception cause) const;

    /// The first instruction trapped, with this cause and stval; mode and interrupt enable are kept as the
    /// specification says, and no register has changed.
    void expect_trap(Exception cause, uint64_t stval, const char* file = __builtin_FILE(),
                     unsigned line = __builtin_LINE()) const;
    /// It came to the ebreak, in the same mode, and no register but `changed` (0: none) has another value.
    void expect_completed(unsigned changed = 0, const char* file = __builtin_FILE(),
                          unsigned line = __builtin_LINE()) const;
    /// What a register begins with where set() says nothing.
    [[nodiscard]] static constexpr uint64_t pattern(unsigned reg) { return 0xa5a5'0000'5a5a'0101 * (reg + 1); }
    /// The area's first byte, in the identity map.
    [[nodiscard]] static uint64_t area();

private:
    void expect_kept(unsigned changed, const char* file, unsigned line) const;
    Probe& enter(uint64_t pc);

    MachineState state_;
    std::array<uint64_t, 32> before_{};
    Mode mode_ = Mode::supervisor;
    bool interrupts_ = false;
    uint64_t status_ = 0;
    uint64_t offset_ = 0;
    uint64_t shift_ = 0;
    uint64_t pc_ = 0;
    uint64_t end_ = 0;
};

/// The one there is.
extern Probe probe;

/// Is it pending on the boot hart, enabled or not? As sip says, but on QEMU 7.2, where a guest's sip shows neither
/// the timer nor the external interrupt: there it is enabled for a moment, in the probe. Call it with sstatus.SIE =
/// 0.
[[nodiscard]] bool is_pending(Interrupt interrupt);

}  // namespace guest

// Makes the code that a probe runs, and judges how it ended.
#include "probe.hpp"

#include "encode.hpp"
#include "pages.hpp"
#include "tree.hpp"

#include <cstddef>

#include <hv/isa/instruction.hpp>

extern "C" void run_until_trap(guest::MachineState* state);

namespace guest {

static_assert(offsetof(MachineState, pc) == 256 && offsetof(MachineState, sstatus) == 264);
static_assert(offsetof(MachineState, scause) == 272 && offsetof(MachineState, sepc) == 280);
static_assert(offsetof(MachineState, stval) == 288 && offsetof(MachineState, host) == 296);

constinit Probe probe;

namespace {

alignas(4096) constinit uint16_t code[Probe::area_size / 2] = {};

}  // namespace

uint64_t Probe::area()
{
    return reinterpret_cast<uintptr_t>(code);
}

Probe& Probe::begin(Mode mode)
{
    for (unsigned reg = 1; reg < 32; ++reg) {
        state_.x[reg] = pattern(reg);
    }
    mode_ = mode;
    interrupts_ = false;
    status_ = 0;
    offset_ = 0;
    shift_ = mode == Mode::user ? user_shift() : 0;
    return *this;
}

Probe& Probe::at(uint64_t offset)
{
    offset_ = offset;
    return *this;
}

Probe& Probe::shifted(uint64_t shift)
{
    shift_ = shift;
    return *this;
}

Probe& Probe::with_interrupts(bool on)
{
    interrupts_ = on;
    return *this;
}

Probe& Probe::with_status(uint64_t bits)
{
    status_ = bits;
    return *this;
}

Probe& Probe::set(unsigned reg, uint64_t value)
{
    if (reg != 0) {
        state_.x[reg] = value;
    }
    return *this;
}

Probe& Probe::run(std::initializer_list<uint32_t> instructions)
{
    volatile uint16_t* next = code + offset_ / 2;
    for (const uint32_t instruction : instructions) {
        *next++ = static_cast<uint16_t>(instruction & 0xffff);
        if (hv::isa::instruction_length(instruction) == 4) {
            *next++ = static_cast<uint16_t>(instruction >> 16);
        }
    }
    *next = encode::c_ebreak;
    asm volatile("fence.i" : : : "memory");
    end_ = reinterpret_cast<uintptr_t>(next) + shift_;
    return enter(area() + offset_ + shift_);
}

Probe& Probe::run_at(uint64_t pc)
{
    end_ = 0;
    return enter(pc);
}

Probe& Probe::enter(uint64_t pc)
{
    pc_ = pc;
    before_ = state_.x;
    const uint64_t status = GUEST_CSR_READ(sstatus);
    state_.pc = pc;
    state_.sstatus = (status & ~(Sstatus::spp.mask | Sstatus::spie.mask)) | status_ |
                     (mode_ == Mode::supervisor ? Sstatus::spp.mask : 0) | (interrupts_ ? Sstatus::spie.mask : 0);
    run_until_trap(&state_);
    const uint64_t trapped = state_.sstatus;
    GUEST_CSR_WRITE(sstatus, (trapped & ~status_) | (status & status_));
    return *this;
}

bool Probe::completed() const
{
    return state_.scause == static_cast<uint64_t>(Exception::breakpoint) && state_.sepc == end_;
}

bool Probe::trapped_as(Exception cause) const
{
    return state_.scause == static_cast<uint64_t>(cause);
}

bool is_pending(Interrupt interrupt)
{
    if ((GUEST_CSR_READ(sip) & bit(interrupt)) != 0 || !on_qemu_7()) {
        return (GUEST_CSR_READ(sip) & bit(interrupt)) != 0;
    }
    const uint64_t enabled = GUEST_CSR_READ(sie);
    GUEST_CSR_WRITE(sie, bit(interrupt));
    probe.begin().with_interrupts(true).run({encode::c_nop, encode::c_nop});
    GUEST_CSR_WRITE(sie, enabled);
    return probe.state().scause == (static_cast<uint64_t>(interrupt) | uint64_t{1} << 63);
}

void Probe::expect_kept(unsigned changed, const char* file, unsigned line) const
{
    expect_equal((state_.sstatus & Sstatus::spp.mask) != 0 ? 1 : 0, mode_ == Mode::supervisor ? 1 : 0, file, line);
    expect_equal((state_.sstatus & Sstatus::spie.mask) != 0 ? 1 : 0, interrupts_ ? 1 : 0, file, line);
    expect_equal(state_.sstatus & Sstatus::sie.mask, 0, file, line);
    for (unsigned reg = 1; reg < 32; ++reg) {
        if (reg != changed && !expect_equal(state_.x[reg], before_[reg], file, line)) {
            say("  in x{}", reg);
        }
    }
}

void Probe::expect_trap(Exception cause, uint64_t stval, const char* file, unsigned line) const
{
    if (expect_equal(state_.scause, static_cast<uint64_t>(cause), file, line)) {
        expect_equal(state_.sepc, pc_, file, line);
        expect_equal(state_.stval, stval, file, line);
    }
    expect_kept(0, file, line);
}

void Probe::expect_completed(unsigned changed, const char* file, unsigned line) const
{
    expect_equal(state_.scause, static_cast<uint64_t>(Exception::breakpoint), file, line);
    expect_equal(state_.sepc, end_, file, line);
    expect_kept(changed, file, line);
}

}  // namespace guest

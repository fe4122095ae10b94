// A trap inside an interrupt's handler, here a read of memory that is not there, harms neither the handler's own
// variables nor a register of the code that was interrupted.
// expect: PASS
// status: 0
#include "support.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/probe.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/arch/trap.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/registers.hpp>

// In: a0 = the address of a word, a1 = the value to wait for there, with interrupts on; a2 = 16 words to save in.
// Out: a0 = the number of a register that changed meanwhile, or 0. x5 (t0) reads the word, and x4 (tp) and x2 (sp)
// are the hart's; each of the others holds its number times 257.
asm(".pushsection .text\n"
    "wait_with_known_registers:\n"
    "    addi sp, sp, -16\n"
    "    sd   a2, 0(sp)\n"
    "    sd   x1, 0(a2)\n"
    "    sd   x2, 8(a2)\n"
    "    sd   x3, 16(a2)\n"
    "    sd   x8, 24(a2)\n"
    "    sd   x9, 32(a2)\n"
    "    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27\n"
    "    sd   x\\n, 40 + 8 * (\\n - 18)(a2)\n"
    "    .endr\n"
    "    .irp n, 1, 3, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
    "    li   x\\n, 257 * \\n\n"
    "    .endr\n"
    "    csrsi sstatus, 2\n"
    "1:  ld   t0, 0(a0)\n"
    "    bltu t0, a1, 1b\n"
    "    csrci sstatus, 2\n"
    "    .irp n, 1, 3, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
    "    li   t0, 257 * \\n\n"
    "    li   a0, \\n\n"
    "    bne  t0, x\\n, 2f\n"
    "    .endr\n"
    "    li   a0, 2\n"
    "    ld   a2, 0(sp)\n"
    "    ld   t0, 8(a2)\n"
    "    bne  t0, sp, 2f\n"
    "    li   a0, 0\n"
    "2:  ld   a2, 0(sp)\n"
    "    ld   x1, 0(a2)\n"
    "    ld   x3, 16(a2)\n"
    "    ld   x8, 24(a2)\n"
    "    ld   x9, 32(a2)\n"
    "    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27\n"
    "    ld   x\\n, 40 + 8 * (\\n - 18)(a2)\n"
    "    .endr\n"
    "    addi sp, sp, 16\n"
    "    ret\n"
    ".popsection\n");

extern "C" uint64_t wait_with_known_registers(const std::atomic<uint64_t>& word, uint64_t value, uint64_t* room);

namespace {

using namespace hv;

constexpr uint64_t period = 100;  // ticks: 10 us at 10 MHz
constexpr uint64_t wanted = 100;
constexpr PhysAddr nothing_there{0x1800'0000};
constinit std::atomic<uint64_t> interrupts = 0;

uint64_t pattern(uint64_t index)
{
    return (interrupts.load() + 1) * 0x9e37'79b9'7f4a'7c15U + index;
}

void on_timer()
{
    // Enough of them that they lie in memory, where a second frame could come to lie too.
    std::array<uint64_t, 64> own{};
    for (uint64_t i = 0; i < own.size(); i++) {
        own[i] = pattern(i);
    }
    asm volatile("" : : "r"(own.data()) : "memory");
    test::expect(!arch::is_readable({nothing_there, 1}), "nothing is there");
    for (uint64_t i = 0; i < own.size(); i++) {
        test::expect(own[i] == pattern(i), "the handler's variables are its own");
    }
    interrupts++;
    arch::sbi::set_timer(arch::read_csr<isa::Csr::time>() + period);
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    test::begin(device_tree);
    arch::set_interrupt_handler(isa::Interrupt::supervisor_timer, on_timer);
    arch::sbi::set_timer(0);
    arch::set_csr<isa::Csr::sie>(isa::Interrupts::supervisor_timer.mask);
    std::array<uint64_t, 16> room{};
    const uint64_t changed = wait_with_known_registers(interrupts, wanted, room.data());
    if (changed != 0) {
        arch::println("x{} changed", changed);
    }
    test::expect(changed == 0, "the interrupted code's registers are its own");
    test::pass();
}

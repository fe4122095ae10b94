// What a guest's calls, device registers, interrupts and pages cost it, in instructions of the whole machine, of
// which it is the only user: under `-icount shift=0`, on one hart of 128 MiB. It runs natively as well.
#include "support.hpp"

#include "devices.hpp"
#include "tree.hpp"

extern "C" {
// operations.S
uint64_t bench_calls(uint64_t count, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1);
uint64_t bench_ipis_to_self(uint64_t count, uint64_t hart_bit, volatile uint64_t* handled);
uint64_t bench_loads_32(uint64_t count, uint64_t address, uint64_t unused);
uint64_t bench_loads_8(uint64_t count, uint64_t address, uint64_t unused);
uint64_t bench_loads_8_to_s1(uint64_t count, uint64_t address, uint64_t unused);
uint64_t bench_stores_8(uint64_t count, uint64_t address, uint64_t value);
uint64_t bench_first_touches(uint64_t count, uint64_t first);
uint64_t wait_for_tick(uint64_t turns);
uint64_t wait_for_timer();
void count_ipi();
void note_timer();
struct TimeAndInstret {
    uint64_t time;
    uint64_t instret;
};
TimeAndInstret take_time();
[[noreturn]] void unexpected_trap();
}

namespace guest {
namespace {

constexpr uint64_t turns = 10'000;
/// QEMU's virt under `-icount shift=0`: one instruction is a nanosecond, and time has 10 MHz.
constexpr uint64_t instructions_per_tick = 100;

void report(std::string_view name, uint64_t instructions, uint64_t count = turns)
{
    say("bench: {} {} of {}", name, instructions, count);
}

template <typename Function>
uint64_t calls(sbi::Extension extension, Function function, uint64_t a0 = 0, uint64_t a1 = 0)
{
    return bench_calls(turns, static_cast<uint64_t>(extension), static_cast<uint64_t>(function), a0, a1);
}

/// instret counts everybody's instructions, the hypervisor's and the firmware's too: `time` agrees.
void check_counting()
{
    const TimeAndInstret before = take_time();
    (void)calls(sbi::Extension::base, sbi::Base::get_impl_id);
    const TimeAndInstret after = take_time();
    const uint64_t ticks = after.time - before.time;
    const uint64_t instructions = after.instret - before.instret;
    expect(instructions / instructions_per_tick - ticks + 1 <= 2,
           "instret is not what time is: no -icount shift=0?");
}

void try_calls()
{
    report("spec-version", calls(sbi::Extension::base, sbi::Base::get_spec_version));
    report("probe",
           calls(sbi::Extension::base, sbi::Base::probe_extension, static_cast<uint64_t>(sbi::Extension::timer)));
    report("set-timer", calls(sbi::Extension::timer, sbi::Timer::set_timer, now() + 1'000'000 * ticks_per_ms));
    report("fence-i", calls(sbi::Extension::remote_fence, sbi::RemoteFence::fence_i, uint64_t{1} << boot_hart()));
    report("sfence-vma",
           calls(sbi::Extension::remote_fence, sbi::RemoteFence::sfence_vma, uint64_t{1} << boot_hart()));
}

/// With `handler` in stvec and one interrupt enabled.
template <typename Function>
uint64_t with_interrupt(void (*handler)(), Interrupt interrupt, Function function)
{
    const uint64_t stvec = GUEST_CSR_READ(stvec);
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(handler));
    GUEST_CSR_WRITE(sie, bit(interrupt));
    enable_interrupts();
    const uint64_t result = function();
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    GUEST_CSR_WRITE(stvec, stvec);
    return result;
}

void try_ipis()
{
    volatile uint64_t handled = 0;
    report("ipi-self", with_interrupt(count_ipi, Interrupt::supervisor_software, [&handled] {
               return bench_ipis_to_self(turns, uint64_t{1} << boot_hart(), &handled);
           }));
    expect_equal(handled, turns);
}

/// What instret is when `time` becomes 0, modulo 2^64: each look at both says that it lies in a tick's length.
uint64_t instret_at_time_zero()
{
    uint64_t low = 0;
    uint64_t width = instructions_per_tick;
    for (int i = 0; i < 1000; ++i) {
        for (int j = 0; j < i % 64; ++j) {
            asm volatile("nop");  // so that the looks fall on all parts of a tick
        }
        const TimeAndInstret seen = take_time();
        // The tick `time` began at instret - 99 at the earliest, and at instret at the latest.
        const uint64_t from = seen.instret - (instructions_per_tick - 1) - instructions_per_tick * seen.time;
        if (i == 0) {
            low = from;
        } else if (from - low < width) {
            width -= from - low;
            low = from;
        } else {
            const uint64_t cut = low - from;
            width = width < instructions_per_tick - cut ? width : instructions_per_tick - cut;
        }
    }
    expect_equal(width, 1);
    return low;
}

constinit bool has_sstc = false;

void set_own_timer(uint64_t due)
{
    if (has_sstc) {
        GUEST_CSR_WRITE(0x14d, due);  // stimecmp
    } else {
        set_timer(due);
    }
}

/// From the tick for which a timer was set to the first instruction of the guest's handler. QEMU counts a timer's
/// ticks from the instruction that sets it, wherever in a tick that is: so all such places are tried, and the least
/// is what it is where that is a tick's first instruction.
void try_timer()
{
    constexpr uint64_t delay = 200;  // ticks: more than it takes to set it
    const uint64_t zero = instret_at_time_zero();
    has_sstc = has_extension("sstc");
    uint64_t least = UINT64_MAX;
    for (uint64_t i = 0; i < 2 * instructions_per_tick; ++i) {
        const uint64_t due = wait_for_tick(i) + delay;
        set_own_timer(due);
        const uint64_t handled = with_interrupt(note_timer, Interrupt::supervisor_timer, wait_for_timer);
        const uint64_t late = handled - (zero + instructions_per_tick * due);
        least = late < least ? late : least;
        set_own_timer(UINT64_MAX);
    }
    report("timer-due", least, 1);
}

void try_memory()
{
    constexpr uint64_t first = 8 << 20;  // far behind the image, and the stack
    report("first-touch", bench_first_touches(turns, ram_start() + first));
}

void try_devices()
{
    report("plic-read", bench_loads_32(turns, plic_priority(uart_source), 0));
    report("plic-read-claim", bench_loads_32(turns, plic_claim(boot_hart()), 0));
    const uint64_t line_status = uart_base + static_cast<uint64_t>(SerialRegister::line_status);
    report("uart-read", bench_loads_8(turns, line_status, 0));
    report("uart-read-s1", bench_loads_8_to_s1(turns, line_status, 0));
    const uint64_t written = bench_stores_8(turns, uart_base, '\r');
    report("uart-write", written);
}

}  // namespace

void scenario()
{
    check_counting();
    try_calls();
    try_ipis();
    try_timer();
    try_memory();
    try_devices();
}

}  // namespace guest

void unexpected_trap()
{
    guest::expect(false, "an unexpected trap");
    guest::done();
}

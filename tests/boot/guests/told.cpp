// A guest that does what its bootargs tell it, with a number behind a colon: for tests of what becomes of guests.
//
//   counts:N     says so every 10 ms, N times, and shuts down
//   speaks:MS    says so once, and then nothing more
//   mutters:MS   writes half of a line, the rest after so many ms, half of another one, and fails soon after
//   crashes:MS   traps after so many ms, with a trap vector that is nowhere
//   fails:MS     asks for a reset, because of a failure
//   reboots:MS   asks for a reboot, again and again
//   loops:MS     loops with interrupts off and its timer due
//   masks:MS     the same with all interrupts masked
//   dozes:MS     waits once with its timer due and masked, and loops behind that
//   idles:MS     sleeps for so long with its timer due and masked; is woken by its other hart, and shuts down
//   hangs:MS     its other hart loops as in `loops`; this one counts on for ever
//   feeds:N      feeds its watchdog every 10 ms, N times, and then goes on without
//   stops:MS     stops its only hart
//   scribbles:0  changes all that it can of its harts and devices, and fails
//   leaves:MS    writes a canary all over its memory, says how many it has found before, and fails
#include <array>
#include <string_view>

#include <hv/vm/sbi_extensions.hpp>

#include "devices.hpp"
#include "harts.hpp"
#include "tree.hpp"

namespace guest {
namespace {

/// The word, and the number behind its colon.
struct Order {
    std::string_view word;
    uint64_t number = 0;
};

Order read_order()
{
    const auto chosen = tree().root().child("chosen");
    const auto bootargs = chosen ? chosen->property("bootargs") : std::nullopt;
    Order order;
    if (bootargs) {
        const std::string_view text{reinterpret_cast<const char*>(bootargs->value.data()), bootargs->value.size()};
        size_t at = 0;
        while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') {
            ++at;
        }
        order.word = text.substr(0, at);
        while (++at < text.size() && text[at] >= '0' && text[at] <= '9') {
            order.number = order.number * 10 + static_cast<uint64_t>(text[at] - '0');
        }
    }
    return order;
}

/// A line, by one call: a slow computer cannot stop in the midst of it, and let another guest's line be next.
template <typename... Args>
void tell(hv::FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    std::array<char, 100> text{};
    hv::BufferSink sink{text};
    hv::println(sink, format, args...);
    for (size_t done = 0; done < sink.text().size();) {
        done += sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, sink.text().size() - done,
                         reinterpret_cast<uintptr_t>(text.data()) + done)
                    .value;
    }
}

constinit volatile uint64_t beats = 0;

void beat()
{
    beats = beats + 1;
    set_timer(now() + 10 * ticks_per_ms);
}

/// Beats every 10 ms from here on.
void start_beating()
{
    on_interrupt(Interrupt::supervisor_timer, beat);
    set_timer(now() + 10 * ticks_per_ms);
    GUEST_CSR_SET(sie, bit(Interrupt::supervisor_timer));
    enable_interrupts();
}

void wait_for_beat(uint64_t which)
{
    while (beats < which) {
        wait_for_interrupt();
    }
}

void wait_ms(uint64_t ms)
{
    start_beating();
    wait_for_beat(ms / 10);
    disable_interrupts();
    set_timer(UINT64_MAX);
}

/// Without the end of a line.
void mutter(std::string_view text)
{
    sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, text.size(),
             reinterpret_cast<uintptr_t>(text.data()), 0);
}

[[noreturn]] void reset(sbi::ResetType type, sbi::ResetReason reason)
{
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, static_cast<uint64_t>(type),
             static_cast<uint64_t>(reason));
    __builtin_unreachable();
}

[[noreturn]] void crash()
{
    GUEST_CSR_WRITE(stvec, 0x4000'0000);
    asm volatile("ebreak" : : : "memory");
    __builtin_unreachable();
}

[[noreturn]] void loop_with_timer_due(uint64_t /*unused*/)
{
    set_timer(now());
    while (true) {
        asm volatile("" : : : "memory");
    }
}

void count_for_ever(uint64_t most)
{
    start_beating();
    for (uint64_t i = 1; i <= most; ++i) {
        wait_for_beat(i);
        tell("counts {} at {}", i, now() / ticks_per_ms);
    }
}

void wake_the_first(uint64_t ms)
{
    wait_ms(ms);
    send_ipi(0);
    stop_this_hart();
}

void idle(uint64_t ms)
{
    start_hart(1, wake_the_first, ms);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    set_timer(now());
    // Each look of a watchdog ends a WFI.
    while ((GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software)) == 0) {
        wait_for_interrupt();
    }
    set_timer(UINT64_MAX);
    tell("idled");
}

void feed(uint64_t times)
{
    tell("watchdog offered: {}", is_offered(hv::vm::sbi_own_extension));
    tell("feed: {}, no function: {}", sbi_call_raw(hv::vm::sbi_own_extension, 0).error,
         sbi_call_raw(hv::vm::sbi_own_extension, 1).error);
    start_beating();
    for (uint64_t i = 1; i <= times; ++i) {
        wait_for_beat(i);
        sbi_call_raw(hv::vm::sbi_own_extension, 0);
    }
    tell("fed {} times", times);
    wait_for_beat(UINT64_MAX);
}

/// A word in every page of the upper half of memory.
void leave_canaries()
{
    constexpr uint64_t canary = 0x0ca9'a91e'0ca9'a91e;
    const uint64_t middle = ram_start() + (ram_end() - ram_start()) / 2;
    uint64_t found = 0;
    for (uint64_t page = middle; page < ram_end(); page += 4096) {
        auto& word = *reinterpret_cast<volatile uint64_t*>(page + 8 * (page / 4096 % 512));
        found += word == canary ? 1U : 0U;
        word = canary;
    }
    tell("canaries found: {}", found);
}

void scribble(uint64_t /*unused*/)
{
    GUEST_CSR_WRITE(sscratch, 0xbad);
    GUEST_CSR_WRITE(scounteren, 0);
    GUEST_CSR_WRITE(senvcfg, 0xf0);
    GUEST_CSR_WRITE(sepc, 0xbad0);
    GUEST_CSR_WRITE(scause, 7);
    GUEST_CSR_WRITE(stval, 0xbad);
    GUEST_CSR_SET(sstatus, Sstatus::sum.mask | Sstatus::mxr.mask);
    set_timer(0);
    send_ipi(this_hart());
    GUEST_CSR_WRITE(sie, 0x222);
    word_at(plic_priority(uart_source)) = 7;
    word_at(plic_priority(uart_source + 1)) = 3;
    word_at(plic_enable(this_hart(), uart_source)) = 1U << uart_source;
    uart(SerialRegister::scratch) = 0xbd;
    uart(SerialRegister::modem_control) = 0x0f;
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): one line or two for each word.
void scenario()
{
    const Order order = read_order();
    const auto is = [&](std::string_view word) { return order.word == word; };
    if (is("counts")) {
        count_for_ever(order.number);
    } else if (is("speaks")) {
        wait_ms(order.number);
        tell("has spoken");
        wait_for_beat(UINT64_MAX);
    } else if (is("mutters")) {
        mutter("half");
        wait_ms(order.number);
        mutter(" whole\nhalf of the last");
        wait_ms(10);
        reset(sbi::ResetType::cold_reboot, sbi::ResetReason::system_failure);
    } else if (is("crashes")) {
        wait_ms(order.number);
        crash();
    } else if (is("fails")) {
        wait_ms(order.number);
        reset(sbi::ResetType::cold_reboot, sbi::ResetReason::system_failure);
    } else if (is("reboots")) {
        wait_ms(order.number);
        reset(sbi::ResetType::cold_reboot, sbi::ResetReason::none);
    } else if (is("loops")) {
        wait_ms(order.number);
        loop_with_timer_due(0);
    } else if (is("masks")) {
        wait_ms(order.number);
        GUEST_CSR_WRITE(sie, 0);
        loop_with_timer_due(0);
    } else if (is("dozes")) {
        wait_ms(order.number);
        GUEST_CSR_WRITE(sie, 0);
        set_timer(now());
        asm volatile("wfi\n1: j 1b" : : : "memory");
    } else if (is("idles")) {
        idle(order.number);
    } else if (is("hangs")) {
        start_hart(1, loop_with_timer_due);
        count_for_ever(UINT64_MAX);
    } else if (is("feeds")) {
        feed(order.number);
    } else if (is("stops")) {
        wait_ms(order.number);
        stop_this_hart();
    } else if (is("scribbles")) {
        start_hart(1, [](uint64_t) {
            scribble(0);
            reset(sbi::ResetType::shutdown, sbi::ResetReason::system_failure);
        });
        scribble(0);
        stop_this_hart();
    } else if (is("leaves")) {
        leave_canaries();
        wait_ms(order.number);
        reset(sbi::ResetType::shutdown, sbi::ResetReason::system_failure);
    }
}

}  // namespace guest

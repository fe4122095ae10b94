// The built-in guest: a small VS-mode program that says what it was given, takes a timer interrupt, then as many
// more as its bootargs say, and shuts down.

#include <cstdint>

#include <hv/fdt/tree.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/sbi.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/panic.hpp>

extern "C" {
void guest_main(uint64_t hart_id, uint64_t device_tree);
void guest_trap();
}

namespace {

using namespace hv;
using isa::sbi::Extension;

struct Result {
    int64_t error;
    uint64_t value;
};

template <typename Function>
Result call(Extension extension, Function function, uint64_t arg0 = 0, uint64_t arg1 = 0, uint64_t arg2 = 0)
{
    register uint64_t a0 asm("a0") = arg0;
    register uint64_t a1 asm("a1") = arg1;
    register uint64_t a2 asm("a2") = arg2;
    register uint64_t a6 asm("a6") = static_cast<uint64_t>(function);
    register uint64_t a7 asm("a7") = static_cast<uint64_t>(extension);
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<int64_t>(a0), a1};
}

/// The debug console of the SBI.
class DebugConsole final : public Sink {
public:
    void write(std::string_view text) override
    {
        while (!text.empty()) {
            const Result result = call(Extension::debug_console, isa::sbi::DebugConsole::write, text.size(),
                                       reinterpret_cast<uintptr_t>(text.data()));
            if (result.error != 0) {
                return;
            }
            text.remove_prefix(result.value);
        }
    }
};

constinit DebugConsole console;
constinit volatile uint64_t timer_interrupt_at = 0;

uint64_t now()
{
    uint64_t time = 0;
    asm volatile("csrr %0, time" : "=r"(time));
    return time;
}

bool has(Extension extension)
{
    const Result result = call(Extension::base, isa::sbi::Base::probe_extension, static_cast<uint64_t>(extension));
    return result.error == 0 && result.value != 0;
}

/// [dt] Memory node: `reg` is pairs of an address and a size, both of two cells as the hypervisor writes them.
void say_memory(fdt::Node node)
{
    const auto reg = node.property("reg");
    const auto cell = [&](size_t index) {
        uint64_t value = 0;
        for (size_t i = 0; i < 8; i++) {
            value = value << 8 | static_cast<uint64_t>(reg->value[index * 8 + i]);
        }
        return value;
    };
    if (reg && reg->value.size() == 16) {
        println(console, "guest: {} of memory at {}", Bytes{cell(1)}, PhysAddr{cell(0)});
    }
}

/// The number behind "beats=" in the bootargs; 0 where they do not begin so.
uint64_t beats_in(fdt::Node chosen)
{
    constexpr std::string_view key = "beats=";
    const auto bootargs = chosen.property("bootargs");
    const auto text = bootargs ? bootargs->string() : std::nullopt;
    uint64_t beats = 0;
    if (text && text->starts_with(key)) {
        for (const char digit : text->substr(key.size())) {
            beats = beats * 10 + static_cast<uint64_t>(digit - '0');
        }
    }
    return beats;
}

/// Returns how many beats the guest is to take.
uint64_t say_what_there_is(uint64_t hart_id, uint64_t device_tree)
{
    const auto version = call(Extension::base, isa::sbi::Base::get_spec_version);
    print(console, "guest: hart {}, SBI {}.{}, extensions", hart_id, version.value >> 24, version.value & 0xffffff);
    struct Named {
        Extension extension;
        std::string_view name;
    };
    constexpr Named known[] = {
        {Extension::base, "BASE"},
        {Extension::timer, "TIME"},
        {Extension::inter_processor, "IPI"},
        {Extension::remote_fence, "RFNC"},
        {Extension::hart_state, "HSM"},
        {Extension::system_reset, "SRST"},
        {Extension::debug_console, "DBCN"},
        {Extension::system_suspend, "SUSP"},
        {Extension::performance_monitoring, "PMU"},
        {Extension::firmware_features, "FWFT"},
    };
    for (const Named& candidate : known) {
        if (has(candidate.extension)) {
            print(console, " {}", candidate.name);
        }
    }
    print(console, "\n");
    const auto* const bytes = reinterpret_cast<const std::byte*>(device_tree);
    const auto size = fdt::Tree::size_from_header({bytes, fdt::Tree::header_size});
    if (!size) {
        println(console, "guest: no device tree: {}", size.error());
        return 0;
    }
    const auto tree = fdt::Tree::open({bytes, *size});
    if (!tree) {
        println(console, "guest: a device tree that cannot be read: {}", tree.error());
        return 0;
    }
    uint64_t beats = 0;
    for (const fdt::Node node : tree->root().children()) {
        if (node.name().starts_with("memory@")) {
            say_memory(node);
        } else if (node.name() == "chosen") {
            beats = beats_in(node);
        }
    }
    return beats;
}

void take_a_timer_interrupt(uint64_t delay)
{
    constexpr uint64_t supervisor_timer = 1 << 5;
    timer_interrupt_at = 0;
    const uint64_t due = now() + delay;
    call(Extension::timer, isa::sbi::Timer::set_timer, due);
    asm volatile("csrs sie, %0; csrsi sstatus, 2" : : "r"(supervisor_timer) : "memory");
    while (timer_interrupt_at == 0) {
        asm volatile("wfi" : : : "memory");
    }
    println(console, "guest: a timer interrupt after {} ticks", delay);
}

}  // namespace

/// Called by trap_entry. The timer is the only interrupt that is enabled.
void guest_trap()
{
    uint64_t cause = 0;
    asm volatile("csrr %0, scause" : "=r"(cause));
    if (cause != scause_of(isa::Interrupt::supervisor_timer).bits()) {
        panic("trap: {}", name_of(isa::Scause{cause}));
    }
    timer_interrupt_at = now();
    call(Extension::timer, isa::sbi::Timer::set_timer, UINT64_MAX);
}

void guest_main(uint64_t hart_id, uint64_t device_tree)
{
    constexpr uint64_t ticks_per_second = 10'000'000;
    const uint64_t beats = say_what_there_is(hart_id, device_tree);
    take_a_timer_interrupt(ticks_per_second / 100);
    for (uint64_t i = 0; i < beats; i++) {
        take_a_timer_interrupt(5 * ticks_per_second);
    }
    println(console, "guest: shutting down");
    call(Extension::system_reset, isa::sbi::SystemReset::reset);
}

namespace hv {

/// The seam of pure code, for the guest: says what is wrong and shuts down as failed.
void panic_at(SourceLocation where, std::string_view format, FormatArgs args)
{
    print(console, "guest: panic at {}:{}: ", where.file, where.line);
    vformat_line_to(console, format, args);
    call(Extension::system_reset, isa::sbi::SystemReset::reset, 0,
         static_cast<uint64_t>(isa::sbi::ResetReason::system_failure));
    while (true) {
        asm volatile("wfi");
    }
}

}  // namespace hv

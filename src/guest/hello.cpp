// The built-in guest: a small VS-mode program that says what it was given, takes a timer interrupt, then as many
// more as its bootargs say, and shuts down.

#include <array>
#include <cstdint>
#include <string_view>

#include <hv/fdt/node.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/sbi.hpp>
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

// The hypervisor's own formatting would be most of this program, whose image the hypervisor carries.

struct Hex {
    uint64_t value;
};

/// A line for the debug console of the SBI, which takes it when it ends. What is too long is cut off.
class Line {
public:
    Line() {}  // NOLINT(modernize-use-equals-default): that one would zero the text
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    ~Line()
    {
        text_[used_++] = '\n';
        for (size_t sent = 0; sent != used_;) {
            const Result result = call(Extension::debug_console, isa::sbi::DebugConsole::write, used_ - sent,
                                       reinterpret_cast<uintptr_t>(&text_[sent]));
            if (result.error != 0) {
                return;
            }
            sent += result.value;
        }
    }

    Line& operator<<(std::string_view text)
    {
        for (const char c : text) {
            add(c);
        }
        return *this;
    }
    Line& operator<<(uint64_t number) { return add_digits(number, 10); }
    Line& operator<<(Hex number) { return (*this << "0x").add_digits(number.value, 16); }

private:
    void add(char c)
    {
        if (used_ != text_.size() - 1) {
            text_[used_++] = c;
        }
    }
    Line& add_digits(uint64_t number, uint64_t base)
    {
        if (number >= base) {
            add_digits(number / base, base);
        }
        add("0123456789abcdef"[number % base]);
        return *this;
    }

    std::array<char, 160> text_;  // its last is for the newline
    size_t used_ = 0;
};

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
    constexpr std::array<std::string_view, 4> units = {" bytes", " KiB", " MiB", " GiB"};
    const auto reg = node.property("reg");
    if (!reg || reg->value.size() != 16) {
        return;
    }
    uint64_t size = fdt::read_be64(&reg->value[8]);
    size_t unit = 0;
    while (unit + 1 != units.size() && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    Line{} << "guest: " << size << units[unit] << " of memory at " << Hex{fdt::read_be64(&reg->value[0])};
}

/// The number behind "beats=" in the bootargs; 0 where they do not begin so.
uint64_t beats_in(fdt::Node chosen)
{
    constexpr std::string_view key = "beats=";
    const auto bootargs = chosen.property("bootargs");
    auto text = bootargs ? bootargs->string() : std::nullopt;
    uint64_t beats = 0;
    if (text && text->starts_with(key)) {
        text->remove_prefix(key.size());
        for (const char digit : *text) {
            beats = beats * 10 + static_cast<uint64_t>(digit - '0');
        }
    }
    return beats;
}

void say_who_is_there(uint64_t hart_id)
{
    struct Named {
        Extension extension;
        char name[8];
    };
    static constexpr Named known[] = {
        {Extension::base, " BASE"},
        {Extension::timer, " TIME"},
        {Extension::inter_processor, " IPI"},
        {Extension::remote_fence, " RFNC"},
        {Extension::hart_state, " HSM"},
        {Extension::system_reset, " SRST"},
        {Extension::debug_console, " DBCN"},
        {Extension::system_suspend, " SUSP"},
        {Extension::performance_monitoring, " PMU"},
        {Extension::firmware_features, " FWFT"},
    };
    const auto version = call(Extension::base, isa::sbi::Base::get_spec_version);
    Line line;
    line << "guest: hart " << hart_id << ", SBI " << (version.value >> 24) << "." << (version.value & 0xffffff)
         << ", extensions";
    for (const Named& candidate : known) {
        if (has(candidate.extension)) {
            line << candidate.name;
        }
    }
}

/// Returns how many beats the guest is to take. The tree is taken at its word: a guest's is the hypervisor's.
uint64_t read_tree(const std::byte* tree)
{
    constexpr uint32_t magic = 0xd00dfeed;
    if (fdt::read_be32(tree) != magic) {
        Line{} << "guest: no device tree at " << Hex{reinterpret_cast<uintptr_t>(tree)};
        return 0;
    }
    // [dt] Flattened Devicetree Format: Header: off_dt_struct, off_dt_strings.
    fdt::Cursor cursor{tree + fdt::read_be32(tree + 8), tree + fdt::read_be32(tree + 12)};
    cursor.next();
    uint64_t beats = 0;
    for (const fdt::Node node : cursor.node().children()) {
        if (node.name().starts_with("memory@")) {
            say_memory(node);
        } else if (node.name() == "chosen") {
            beats = beats_in(node);
        }
    }
    return beats;
}

/// Shuts down as failed.
[[noreturn]] void give_up()
{
    call(Extension::system_reset, isa::sbi::SystemReset::reset, 0,
         static_cast<uint64_t>(isa::sbi::ResetReason::system_failure));
    while (true) {
        asm volatile("wfi");
    }
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
    Line{} << "guest: a timer interrupt after " << delay << " ticks";
}

}  // namespace

/// Called by trap_entry. The timer is the only interrupt that is enabled.
void guest_trap()
{
    uint64_t cause = 0;
    asm volatile("csrr %0, scause" : "=r"(cause));
    if (cause != scause_of(isa::Interrupt::supervisor_timer).bits()) {
        Line{} << "guest: trap: scause " << Hex{cause};
        give_up();
    }
    timer_interrupt_at = now();
    call(Extension::timer, isa::sbi::Timer::set_timer, UINT64_MAX);
}

void guest_main(uint64_t hart_id, uint64_t device_tree)
{
    constexpr uint64_t ticks_per_second = 10'000'000;
    say_who_is_there(hart_id);
    const uint64_t beats = read_tree(reinterpret_cast<const std::byte*>(device_tree));
    take_a_timer_interrupt(ticks_per_second / 100);
    for (uint64_t i = 0; i < beats; i++) {
        take_a_timer_interrupt(5 * ticks_per_second);
    }
    Line{} << "guest: shutting down";
    call(Extension::system_reset, isa::sbi::SystemReset::reset);
}

namespace hv {

/// The seam of pure code, for the guest: says where something is wrong, and what but for its numbers.
void panic_at(SourceLocation where, std::string_view format, FormatArgs /*args*/)
{
    Line{} << "guest: panic at " << where.file << ":" << where.line << ": " << format;
    give_up();
}

}  // namespace hv

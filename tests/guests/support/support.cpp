// The verdict, the SBI calls and the trap handler of every test guest.
#include "support.hpp"

#include "tree.hpp"

#include <atomic>

#include <hv/lib/panic.hpp>

extern "C" {
void guest_main(uint64_t hart, uint64_t device_tree);
void guest_trap();
extern const uint64_t first_registers[32];
}

namespace guest {

extern const std::string_view scenario_name;

namespace {

constexpr uintptr_t uart = 0x1000'0000;
constexpr unsigned most_failures = 40;

volatile uint8_t& uart_register(unsigned n)
{
    return *reinterpret_cast<volatile uint8_t*>(uart + n);
}

class SerialLine final : public hv::Sink {
public:
    void write(std::string_view text) override
    {
        for (const char c : text) {
            constexpr uint8_t holding_empty = 0x20;
            while ((uart_register(5) & holding_empty) == 0) {
            }
            uart_register(0) = static_cast<uint8_t>(c);
        }
    }
};

constinit SerialLine line_out;
constinit std::atomic<uint32_t> failures = 0;
constinit std::string_view tried;
constinit uint64_t tried_number = 0;
constinit uint64_t first_hart = 0;
constinit Handler handlers[16] = {};

/// A path's last part: GCC gives the whole of it.
std::string_view base_name(const char* path)
{
    std::string_view name{path};
    for (size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '/') {
            name.remove_prefix(i + 1);
            i = 0;
        }
    }
    return name;
}

void begin_failure(const char* file, unsigned line)
{
    hv::print(line_out, "FAIL {}:{}: ", base_name(file), line);
    if (!tried.empty()) {
        hv::print(line_out, "{} {:#x}: ", tried, tried_number);
    }
}

void end_failure()
{
    if (failures.fetch_add(1) + 1 == most_failures) {
        done();
    }
}

[[noreturn]] void end(sbi::ResetReason reason)
{
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0, static_cast<uint64_t>(reason));
    say("FAIL: the machine goes on after its shutdown");
    while (true) {
        wait_for_interrupt();
    }
}

}  // namespace

hv::Sink& console()
{
    return line_out;
}

void trying(std::string_view what, uint64_t number)
{
    tried = what;
    tried_number = number;
}

bool expect_equal(uint64_t got, uint64_t expected, const char* file, unsigned line)
{
    if (got == expected) {
        return true;
    }
    begin_failure(file, line);
    hv::println(line_out, "got {:#x}, expected {:#x}", got, expected);
    end_failure();
    return false;
}

bool expect(bool holds, std::string_view what, const char* file, unsigned line)
{
    if (!holds) {
        begin_failure(file, line);
        hv::println(line_out, "{}", what);
        end_failure();
    }
    return holds;
}

void done()
{
    if (failures != 0) {
        say("FAILED {}: {} expectations", scenario_name, failures.load());
        end(sbi::ResetReason::system_failure);
    }
    say("PASS {}", scenario_name);
    end(sbi::ResetReason::none);
}

SbiResult sbi_call_raw(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2,
                       uint64_t arg3, uint64_t arg4, uint64_t arg5)
{
    register uint64_t a0 asm("a0") = arg0;
    register uint64_t a1 asm("a1") = arg1;
    register uint64_t a2 asm("a2") = arg2;
    register uint64_t a3 asm("a3") = arg3;
    register uint64_t a4 asm("a4") = arg4;
    register uint64_t a5 asm("a5") = arg5;
    register uint64_t a6 asm("a6") = function;
    register uint64_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7) : "memory");
    return {static_cast<int64_t>(a0), a1};
}

bool is_offered(uint64_t extension)
{
    const SbiResult result = sbi_call(sbi::Extension::base, sbi::Base::probe_extension, extension);
    expect_error(result, sbi::Error::success);
    return result.value != 0;
}

bool on_bulkhead()
{
    return sbi_call(sbi::Extension::base, sbi::Base::get_impl_id).value == 0x42'4b48;
}

void on_interrupt(Interrupt interrupt, Handler handler)
{
    handlers[static_cast<unsigned>(interrupt)] = handler;
}

void set_timer(uint64_t due)
{
    expect_error(sbi_call(sbi::Extension::timer, sbi::Timer::set_timer, due), sbi::Error::success);
}

void relax()
{
    constexpr uint64_t nap = 100;
    const uint64_t timer = bit(Interrupt::supervisor_timer);
    const uint64_t status = GUEST_CSR_READ(sstatus);
    disable_interrupts();
    const uint64_t enabled = GUEST_CSR_READ(sie);
    GUEST_CSR_SET(sie, timer);
    set_timer(now() + nap);
    wait_for_interrupt();
    set_timer(UINT64_MAX);
    GUEST_CSR_WRITE(sie, enabled);
    GUEST_CSR_SET(sstatus, status & Sstatus::sie.mask);
}

uint64_t boot_hart()
{
    return first_hart;
}

uint64_t first_register(unsigned n)
{
    return first_registers[n];
}

}  // namespace guest

/// Called by trap_entry.
void guest_trap()
{
    const hv::isa::Scause cause{GUEST_CSR_READ(scause)};
    const uint64_t code = cause.get(hv::isa::Scause::code);
    if (cause.get(hv::isa::Scause::interrupt) && code < 16 && guest::handlers[code] != nullptr) {
        guest::handlers[code]();
        return;
    }
    guest::say("FAIL: a trap on hart {}: {}, sepc {:#x}, stval {:#x}", guest::this_hart(), name_of(cause),
               GUEST_CSR_READ(sepc), GUEST_CSR_READ(stval));
    guest::end(hv::isa::sbi::ResetReason::system_failure);
}

void guest_main(uint64_t hart, uint64_t device_tree)
{
    guest::first_hart = hart;
    guest::open_tree(device_tree);
    guest::scenario();
    guest::done();
}

/// The seam of pure code: a failure.
void hv::panic_at(SourceLocation where, std::string_view format, FormatArgs args)
{
    print(guest::line_out, "FAIL {}:{}: panic: ", where.file, where.line);
    vformat_line_to(guest::line_out, format, args);
    guest::end(isa::sbi::ResetReason::system_failure);
}

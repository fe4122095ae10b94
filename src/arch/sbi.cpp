// The ecall instruction, and the calls of the firmware made with it.
#include <hv/arch/sbi.hpp>

#include <hv/arch/image.hpp>

namespace hv::arch::sbi {
namespace {

using isa::sbi::Extension;

/// [sbi] Binary Encoding: a7 extension, a6 function; error in a0, value in a1; all other registers are kept.
template <typename Function>
Result call(Extension extension, Function function, uint64_t arg0 = 0, uint64_t arg1 = 0, uint64_t arg2 = 0)
{
    register uint64_t a0 asm("a0") = arg0;
    register uint64_t a1 asm("a1") = arg1;
    register uint64_t a2 asm("a2") = arg2;
    register uint64_t a6 asm("a6") = static_cast<uint64_t>(function);
    register uint64_t a7 asm("a7") = static_cast<uint64_t>(extension);
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<isa::sbi::Error>(a0), a1};
}

/// How often a console that takes nothing is asked again before the rest of the text is dropped.
constexpr int console_tries = 1000;

}  // namespace

bool probe(Extension extension)
{
    const Result result = call(Extension::base, isa::sbi::Base::probe_extension, static_cast<uint64_t>(extension));
    return result.error == isa::sbi::Error::success && result.value != 0;
}

Result hart_start(uint64_t hart_id, PhysAddr start, uint64_t opaque)
{
    return call(Extension::hart_state, isa::sbi::HartState::start, hart_id, start.value(), opaque);
}

void system_shutdown(bool failure)
{
    const auto reason = failure ? isa::sbi::ResetReason::system_failure : isa::sbi::ResetReason::none;
    call(Extension::system_reset, isa::sbi::SystemReset::reset,
         static_cast<uint64_t>(isa::sbi::ResetType::shutdown), static_cast<uint64_t>(reason));
    call(Extension::legacy_shutdown, 0);
}

void set_timer(uint64_t deadline)
{
    call(Extension::timer, isa::sbi::Timer::set_timer, deadline);
}

void debug_console_write(std::string_view text)
{
    for (int tries = 0; !text.empty() && tries < console_tries; tries++) {
        const Result result = call(Extension::debug_console, isa::sbi::DebugConsole::write, text.size(),
                                   phys(text.data()).value(), 0);
        if (result.error != isa::sbi::Error::success || result.value > text.size()) {
            return;
        }
        text.remove_prefix(result.value);
    }
}

void legacy_console_putchar(char character)
{
    call(Extension::legacy_console_putchar, 0, static_cast<uint8_t>(character));
}

}  // namespace hv::arch::sbi

// The ecall instruction, and the calls of the firmware made with it.
#include <hv/arch/sbi.hpp>

#include <hv/arch/image.hpp>

namespace hv::arch::sbi {
namespace {

using isa::sbi::Extension;

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

void send_ipi(uint64_t hart_mask, uint64_t hart_mask_base)
{
    call(Extension::inter_processor, isa::sbi::InterProcessor::send_ipi, hart_mask, hart_mask_base);
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

// What becomes of a trap in our own code: an interrupt's handler, a fix-up, or a panic.
#include <hv/arch/trap.hpp>

#include <array>
#include <atomic>

#include <hv/arch/hart.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/panic.hpp>

namespace {

/// An instruction that may trap, and where to go on if it does. Written by try_read_csr and its like.
struct FixUp {
    uint64_t instruction;
    uint64_t resume;
};

}  // namespace

extern "C" {
extern const FixUp __fixup_start[];
extern const FixUp __fixup_end[];

void handle_trap(hv::arch::TrapFrame* frame);
[[noreturn]] void trap_stack_exhausted();
}

namespace hv::arch {
namespace {

constexpr uint64_t interrupt_bit = uint64_t{1} << 63;

constinit std::array<std::atomic<InterruptHandler>, 16> interrupt_handlers{};

const FixUp* find_fixup(uint64_t pc)
{
    for (const FixUp* entry = __fixup_start; entry != __fixup_end; entry++) {
        if (entry->instruction == pc) {
            return entry;
        }
    }
    return nullptr;
}

}  // namespace

void set_interrupt_handler(isa::Interrupt interrupt, InterruptHandler handler)
{
    interrupt_handlers[static_cast<size_t>(interrupt)] = handler;
}

bool call_interrupt_handler(isa::Interrupt interrupt)
{
    const InterruptHandler handler = interrupt_handlers[static_cast<size_t>(interrupt)].load();
    if (handler == nullptr) {
        return false;
    }
    handler();
    return true;
}

}  // namespace hv::arch

/// Called by trap_entry, on this hart's trap stack with interrupts off.
void handle_trap(hv::arch::TrapFrame* frame)
{
    using namespace hv::arch;
    if ((frame->scause & interrupt_bit) != 0) {
        const uint64_t number = frame->scause & ~interrupt_bit;
        if (number >= interrupt_handlers.size() ||
            !call_interrupt_handler(static_cast<hv::isa::Interrupt>(number))) {
            panic_on_trap(*frame);
        }
        return;
    }
    if (const FixUp* fixup = find_fixup(frame->sepc)) {
        frame->sepc = fixup->resume;
        return;
    }
    panic_on_trap(*frame);
}

void trap_stack_exhausted()
{
    hv::arch::end_machine(hv::arch::Ending::failure);
}

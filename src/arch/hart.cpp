// The boot hart's record, and the end of a hart's work.
#include <hv/arch/hart.hpp>

#include <hv/arch/image.hpp>

constinit hv::arch::HartRecord boot_hart{
    .bit = 1,
    .stack_top = __stack_top,
    .trap_stack_bottom = __trap_stack_bottom,
    .trap_stack_limit = __trap_stack_limit,
    .trap_stack_top = __trap_stack_top,
    .stack_bottom = __stack_bottom,
    .online = 1,
};

constinit hv::arch::HartRecord* hart_list = nullptr;

namespace hv::arch {

void park()
{
    // [priv] Supervisor: with sie = 0 no interrupt is locally enabled, so that nothing but a debugger ends the
    // wait.
    asm volatile("csrw sie, zero" : : : "memory");
    while (true) {
        asm volatile("wfi" : : : "memory");
    }
}

}  // namespace hv::arch

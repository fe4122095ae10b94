// The machine's own interrupt controller, as far as the hypervisor uses it: one interrupt, on one hart.
#pragma once

#include <cstdint>

#include <hv/fdt/host_machine.hpp>
#include <hv/lib/address.hpp>
#include <hv/plat/board.hpp>

namespace hv::plat {

/// From now on this hart takes the console's interrupt: input and room for output go to the guest that has the
/// console. Nothing happens on a board whose tree does not say how the console is wired. Call it once, under the
/// hypervisor's address map.
void take_console_interrupt(const Board& board);

/// The controller's registers, for the address map: empty where it does nothing.
[[nodiscard]] PhysRange host_plic_registers(const Board& board);

}  // namespace hv::plat

// The machine's own interrupt controller, as far as it is used: for the console, and for devices that guests have.
#pragma once

#include <span>

#include <hv/arch/guest.hpp>
#include <hv/lib/address.hpp>
#include <hv/plat/board.hpp>

namespace hv::plat {

/// Enables the console's interrupt for the boot hart, and those of guests' devices for the hart of the guest's
/// vCPU 0. Input and room for output go to the guest that has the console; a device's interrupt is raised at its
/// guest's PLIC, and cannot come again before the guest has completed it. Nothing happens for a console whose
/// wiring the tree does not say. Refuses to boot where a guest's hart cannot get its device's interrupts. Call it
/// once, under the hypervisor's address map, before the heap is sealed and any hart takes interrupts.
void route_host_interrupts(const Board& board, std::span<arch::Guest* const> guests);

/// From now on this hart takes the interrupts that are routed to it, if there are any.
void take_host_interrupts();

/// The controller's registers, for the address map: empty where there is none.
[[nodiscard]] PhysRange host_plic_registers(const Board& board);

}  // namespace hv::plat

// The host board, as its device tree describes it: found, checked, and its console and finisher taken into use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <hv/fdt/host_machine.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/mm/memory_layout.hpp>
#include <hv/vm/placement.hpp>

namespace hv::plat {

/// What the boot loader handed over. Large: it is main()'s, on the boot stack.
struct Board {
    PhysAddr handed_over{};             ///< what a1 held at entry
    PhysRange device_tree{};            ///< empty where it is none
    std::optional<fdt::Error> error{};  ///< why it is none
    std::optional<fdt::HostMachineError> machine_error{};
    std::optional<fdt::Tree> tree{};
    fdt::HostMachine machine{};
    PhysRange console{};   ///< the registers that we use; empty where the console is the firmware's
    PhysRange finisher{};  ///< likewise; empty where there is none
    /// Who holds what of the machine's memory besides the heap and guests: the device tree, the initrd, what is
    /// reserved, and the image and the boot hart's stacks. Filled in by check_memory().
    StaticVector<mm::Claim, vm::MachineRequest::max_claims> claims{};
};

/// Reads the device tree at `device_tree`, wherever that points, and makes the console that it names ours. What is
/// wrong with it is kept for check_board(), which can then say so on the best console there is.
void find_board(Board& board, PhysAddr device_tree);

/// Refuses to boot without a usable device tree, and without the H extension.
void check_board(const Board& board);

/// Decides where the heap ends: what is linked, cut to what the machine has. Refuses to boot where image, stack and
/// heap do not fit the machine's memory.
[[nodiscard]] mm::HeapLayout check_memory(Board& board);

}  // namespace hv::plat

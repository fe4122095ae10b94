// Finds and describes the console that a host's device tree names. Private to this folder.
#pragma once

#include <hv/fdt/host_machine.hpp>

namespace hv::fdt {

/// What /chosen's stdout-path says, without options.
[[nodiscard]] std::string_view find_stdout_path(const Tree& tree);

/// The device at `node`, whose first registers lie at `registers`. Its interrupt is not known yet.
[[nodiscard]] SerialPort describe_console(Node node, PhysRange registers);

}  // namespace hv::fdt

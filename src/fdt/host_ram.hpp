// Adds a bank of RAM to those that are known of a host.
#pragma once

#include <hv/fdt/host_machine.hpp>

namespace hv::fdt {

/// What of it can be used, as one bank with those that it overlaps. False where there is no room for another.
[[nodiscard]] bool add_ram(HostMachine& machine, PhysRange range);

}  // namespace hv::fdt

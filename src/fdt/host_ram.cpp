// Cuts RAM to what the hypervisor's map reaches, and keeps its banks apart.
#include "host_ram.hpp"

#include <algorithm>

namespace hv::fdt {

bool add_ram(HostMachine& machine, PhysRange range)
{
    constexpr PhysAddr limit{HostMachine::ram_limit};
    if (range.start >= limit) {
        return true;
    }
    range.size = std::min(range.size, limit - range.start);
    for (size_t i = 0; i != machine.ram.size();) {
        PhysRange& bank = machine.ram.data()[i];
        if (!bank.overlaps(range)) {
            ++i;
            continue;
        }
        range = PhysRange::between(std::min(bank.start, range.start), std::max(bank.end(), range.end()));
        bank = machine.ram.back();
        machine.ram.pop_back();
    }
    return machine.ram.try_push_back(range);
}

}  // namespace hv::fdt

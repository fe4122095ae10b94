// Why a host's device tree cannot be used, in words.
#include <hv/fdt/host_machine.hpp>

#include <hv/lib/format.hpp>

namespace hv::fdt {

void format_value(FormatOutput& out, const HostMachineError& error)
{
    switch (error.kind) {
    case HostMachineError::Kind::bad_property:
        print(out, "{}/{}: {}", error.node, error.things, name_of(error.detail));
        break;
    case HostMachineError::Kind::too_many:
        print(out, "{} {}, where there is room for {}", error.number, error.things, error.limit);
        break;
    }
}

}  // namespace hv::fdt

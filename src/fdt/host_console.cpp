// The device that a host's tree names for its console.
#include "host_console.hpp"

namespace hv::fdt {

using namespace std::string_view_literals;

std::string_view find_stdout_path(const Tree& tree)
{
    const std::optional<Node> chosen = tree.root().child("chosen");
    if (!chosen) {
        return {};
    }
    std::optional<Property> path = chosen->property("stdout-path");
    if (!path) {
        path = chosen->property("linux,stdout-path");  // how trees before 2014 spell it
    }
    return path ? before(path->string().value_or(""sv), ':') : std::string_view{};
}

SerialPort describe_console(Node node, PhysRange registers)
{
    SerialPort port;
    port.name = node.name();
    port.registers = registers;
    for (Property each : node.properties()) {
        if (each.name == "compatible") {
            port.compatible = each.strings();
            port.is_ns16550a = port.compatible.contains("ns16550a");
        } else if (each.name == "reg-shift") {
            port.reg_shift = each.u32().value_or(0);
        } else if (each.name == "reg-io-width") {
            port.reg_io_width = each.u32().value_or(1);
        }
    }
    return port;
}

}  // namespace hv::fdt

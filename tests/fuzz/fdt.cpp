// libFuzzer: bytes as a device tree. Whatever opens can be read from end to end, and described, within its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <hv/fdt/address.hpp>
#include <hv/fdt/host_machine.hpp>
#include <hv/lib/format.hpp>

namespace {

using namespace hv;

void need(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

/// Sums the bytes, so that each is read.
size_t read(std::span<const std::byte> bytes)
{
    size_t sum = 0;
    for (std::byte each : bytes) {
        sum += std::to_integer<size_t>(each);
    }
    return sum;
}

/// Everything about a node but its children. Its own path leads to it, or into a namesake before it.
size_t visit(const fdt::Tree& tree, fdt::Node node, const std::string& path)
{
    size_t sum = node.base_name().size() + node.is_available() + node.is_compatible("ns16550a");
    for (fdt::Property property : node.properties()) {
        sum += read(property.value) + property.name.size() + property.number().value_or(0);
        for (std::string_view text : property.strings()) {
            sum += text.size();
        }
        need(node.property(property.name).has_value());
    }
    const std::optional<fdt::Node> found = tree.find(path.empty() ? "/" : path);
    need(!found || found->base_name() == node.base_name());
    const Expected<PhysRange, fdt::Error> range = fdt::address_of(tree, node);
    need(range ? range->fits() : range.error().offset < tree.bytes().size());
    return sum;
}

size_t visit_all(const fdt::Tree& tree, fdt::Node node, const std::string& path, int& budget)
{
    size_t sum = visit(tree, node, path);
    for (fdt::Node child : node.children()) {
        if (--budget > 0) {
            sum += visit_all(tree, child, path + "/" + std::string{child.name()}, budget);
        }
    }
    return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    // A copy of its own, 8-aligned and not one byte longer.
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    const std::vector<std::byte> blob{bytes, bytes + size};
    const Expected<fdt::Tree, fdt::Error> tree = fdt::Tree::open(blob);
    char text[512];
    BufferSink sink{text};
    if (!tree) {
        print(sink, "{}", tree.error());
        need(!sink.text().empty() && !fdt::name_of(tree.error().kind).starts_with("unknown"));
        return 0;
    }
    int budget = 50;
    static_cast<void>(visit_all(*tree, tree->root(), {}, budget));
    static_cast<void>(tree->find_phandle(1));
    static fdt::HostMachine machine;
    machine = {};
    const Expected<void, fdt::HostMachineError> described = fdt::describe_host(*tree, machine);
    if (!described) {
        print(sink, "{}", described.error());
        need(!sink.text().empty());
    }
    for (const PhysRange& bank : machine.ram) {
        need(bank.fits() && !bank.empty());
    }
    return 0;
}

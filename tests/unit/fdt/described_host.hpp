// A host's device tree, written in a test and described as the hypervisor describes its own.
#pragma once

#include <hv/fdt/host_machine.hpp>

#include <string>
#include <utility>

#include "trees.hpp"

namespace hv::test {

/// Its machine views its bytes: it is neither copied nor moved.
struct DescribedHost {
    explicit DescribedHost(Blob bytes)
        : blob{std::move(bytes)},
          tree{*fdt::Tree::open(blob)},
          is_usable{fdt::describe_host(tree, machine).has_value()}
    {
    }
    /// `nodes` stand in a root of two address and two size cells.
    explicit DescribedHost(const std::string& nodes)
        : DescribedHost{compile("/ { #address-cells = <2>; #size-cells = <2>; " + nodes + " };")}
    {
    }
    DescribedHost(const DescribedHost&) = delete;
    DescribedHost& operator=(const DescribedHost&) = delete;

    Blob blob;
    fdt::Tree tree;
    fdt::HostMachine machine{};
    bool is_usable;
};

/// /cpus with harts 0, 1, ..., one for each text, which is the rest of its node.
inline std::string cpus(const std::vector<std::string>& harts)
{
    std::string text = "cpus { #address-cells = <1>; #size-cells = <0>; ";
    for (size_t i = 0; i != harts.size(); ++i) {
        const std::string id = std::to_string(i);
        text += "cpu@" + id + " { device_type = \"cpu\"; reg = <" + id + ">; " + harts[i] + " }; ";
    }
    return text + "};";
}

}  // namespace hv::test

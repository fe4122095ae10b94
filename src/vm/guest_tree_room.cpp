// How much room a guest's device tree may take, before it is written.
#include <hv/vm/guest_tree.hpp>

#include <hv/lib/bits.hpp>

namespace hv::vm {

size_t guest_tree_room_for(const GuestTreeRequest& guest)
{
    size_t isa = 0;
    for (const std::string_view extension : guest.isa_extensions) {
        isa += extension.size() + 1;
    }
    size_t all_else = 3072;
    constexpr size_t hart_without_isa = 512;
    constexpr size_t memory_node = 128;
    constexpr size_t shared_nodes_without_name = 512;
    for (const SharedNode& shared : guest.shared) {
        all_else += shared_nodes_without_name + shared.name.size();
    }
    constexpr size_t device_without_properties = 256;
    constexpr size_t property_without_texts = 32;
    for (const GuestDevice& device : guest.devices) {
        all_else += device_without_properties + device.node.name().size();
        for (const fdt::Property& property : device.node.properties()) {
            all_else += property_without_texts + property.name.size() + property.value.size();
        }
    }
    const size_t size = all_else + guest.bootargs.size() + guest.memory.size() * memory_node +
                        guest.harts * (hart_without_isa + 2 * isa);
    return align_up(size, uint64_t{8});
}

}  // namespace hv::vm

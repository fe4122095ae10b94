// Completes what a machine's device tree says by what QEMU, OpenSBI and the linker script do.
#include "bulkhead_machine.hpp"

#include <algorithm>
#include <stdexcept>

#include <hv/lib/bits.hpp>

namespace hv::tools {
namespace {

constexpr uint64_t mebibyte = uint64_t{1} << 20;

// hypervisor.ld: the image and its stacks fill the 2 MiB below the heap, and the last of that are the stacks.
constexpr PhysRange image{PhysAddr{0x8020'0000}, mebibyte};
constexpr PhysRange stack{PhysAddr{0x8030'0000}, mebibyte};
constexpr PhysRange linked_heap{PhysAddr{0x8040'0000}, 100 * mebibyte};

/// OpenSBI's, which it adds to the tree.
constexpr PhysRange firmware{PhysAddr{0x8000'0000}, mebibyte / 2};

/// The bank that the image is in; empty where none is.
PhysRange main_bank(const fdt::HostMachine& host)
{
    for (const PhysRange& bank : host.ram) {
        if (bank.contains(image)) {
            return bank;
        }
    }
    return {};
}

/// QEMU puts an initrd half of RAM above the kernel, but no more than 128 MiB.
PhysRange initrd_in(PhysRange bank, size_t size)
{
    return {image.start + std::min(bank.size / 2, 128 * mebibyte), size};
}

/// And the device tree at the end of RAM, or of the first 3 GiB.
PhysRange tree_in(PhysRange bank, size_t size)
{
    const PhysAddr end = std::min(bank.end(), PhysAddr{0xc000'0000});
    return {(end - std::min(size, bank.size)).align_down(2 * mebibyte), size};
}

}  // namespace

Expected<void, mm::LayoutError> complete(Machine& machine, size_t description_size)
{
    using mm::Holder;
    for (const fdt::Hart& hart : machine.host.harts) {
        if (hart.available) {
            static_cast<void>(machine.harts.try_push_back(hart.id));
        }
    }
    const PhysRange bank = main_bank(machine.host);
    if (!bank.empty()) {
        const PhysRange initrd = initrd_in(bank, align_up(description_size, uint64_t{4096}));
        machine.claims.push_back({Holder::device_tree, tree_in(bank, machine.tree.size()), {}});
        machine.claims.push_back({Holder::initrd, machine.host.initrd.value_or(initrd), {}});
    }
    for (const fdt::ReservedRange& reserved : machine.host.reserved) {
        machine.claims.push_back({Holder::reserved, reserved.range, reserved.name});
    }
    if (machine.host.reserved.empty()) {
        machine.claims.push_back({Holder::reserved, firmware, "mmode_resv0@80000000"});
    }
    const mm::LayoutRequest request{.ram = machine.host.ram.span(),
                                    .image = image,
                                    .stack = stack,
                                    .wanted_heap = linked_heap,
                                    .claims = machine.claims};
    HV_TRY(const mm::HeapLayout layout, mm::lay_out_memory(request));
    machine.heap = layout.heap;
    machine.claims.push_back({Holder::hypervisor, image, "image"});
    machine.claims.push_back({Holder::hypervisor, stack, "stack"});
    return {};
}

Expected<void, vm::DescriptionError> check(Machine& machine, const vm::Description& description)
{
    const auto tree = fdt::Tree::open(machine.tree);  // as it was when the machine was read from it
    if (!tree) {
        throw std::logic_error{"the machine's tree cannot be read any more"};
    }
    return vm::place(description,
                     {.ram = machine.host.ram.span(),
                      .claims = machine.claims,
                      .heap = machine.heap,
                      .harts = machine.harts.span(),
                      .tree = &*tree,
                      .host = &machine.host},
                     machine.placement);
}

}  // namespace hv::tools

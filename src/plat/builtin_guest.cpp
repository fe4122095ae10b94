// Describes the built-in guest: its image, its device tree, and where they go in its memory.
#include <hv/plat/builtin_guest.hpp>

#include <array>

#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/heap.hpp>
#include <hv/lib/panic.hpp>
#include <hv/vm/guest_tree.hpp>

extern "C" {
extern const std::byte builtin_guest[];
extern const std::byte builtin_guest_end[];
}

namespace hv::plat {
namespace {

/// [linux] A kernel lies at RAM + 2 MiB.
constexpr uint64_t kernel_offset = 2 * 1024 * 1024;
/// Well behind the image and its stack.
constexpr uint64_t tree_offset = 3 * 1024 * 1024;

std::span<const std::byte> make_tree(const Board& board, GuestPhysRange memory, bool sstc)
{
    static constexpr std::array<std::string_view, 7> extensions{"i", "m", "a", "c", "zicsr", "zifencei", "sstc"};
    const std::array<GuestPhysRange, 1> ram{memory};
    const vm::GuestTreeRequest request{
        .harts = 1,
        .isa_extensions = std::span{extensions}.first(sstc ? extensions.size() : extensions.size() - 1),
        .timebase_frequency = static_cast<uint32_t>(board.machine.timebase_frequency),
        .memory = ram,
        .plic_sources = dev::Plic::last_source,
    };
    auto* const room = static_cast<std::byte*>(arch::heap().allocate(vm::guest_tree_room, 8));
    const auto tree = vm::write_guest_tree(request, {room, vm::guest_tree_room});
    if (!tree) {
        panic("the built-in guest's device tree does not fit {}", Bytes{vm::guest_tree_room});
    }
    return *tree;
}

}  // namespace

arch::Guest& make_builtin_guest(const Board& board, PhysRange memory)
{
    const arch::HartFeatures features = arch::probe_hart_features();
    const GuestPhysRange ram{vm::guest_map::ram, memory.size};
    return *new arch::Guest{{
        .name = "hello",
        .harts = 1,
        .memory = ram,
        .host_memory = memory.start,
        .image = {builtin_guest, builtin_guest_end},
        .entry = ram.start + kernel_offset,
        .device_tree = make_tree(board, ram, features.sstc),
        .device_tree_at = ram.start + tree_offset,
    }};
}

}  // namespace hv::plat

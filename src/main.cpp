// The order of things, from the boot stub's hand-over to the guests.

#include <cstdint>
#include <utility>

#include <hv/arch/address_space.hpp>
#include <hv/arch/console.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/operator_console.hpp>
#include <hv/lib/vector.hpp>
#include <hv/plat/audit.hpp>
#include <hv/plat/board.hpp>
#include <hv/plat/harts.hpp>
#include <hv/plat/host_plic.hpp>
#include <hv/plat/kernel_map.hpp>
#include <hv/plat/partitions.hpp>

namespace {

using namespace hv;

void show_vector()
{
    Vector<char> v;
    v.push_back('a');
    v.push_back('b');
    v.push_back('c');
    arch::println("v = {}", v);
}

/// The life of every hart once all is built: it runs its vCPU, if it has one. Each of a guest's exits begins at the
/// top of the hart's stack, which is from now on where this frame begins: what main() keeps above it is the guests'
/// plans.
[[noreturn, gnu::noinline]] void live(arch::HartRecord& hart)
{
    hart.stack_top = static_cast<std::byte*>(__builtin_frame_address(0));
    plat::take_host_interrupts();
    if (hart.guest.vcpu != nullptr) {
        arch::run_vcpu(*hart.guest.vcpu);
    }
    arch::run_no_vcpu();
}

}  // namespace

extern "C" void main(uint64_t hart_id, uint64_t device_tree);

/// Called by the boot stub on the boot hart, whichever it is: a0 and a1 as the firmware left them.
void main(uint64_t /*hart_id*/, uint64_t device_tree)
{
    // Large, and on the boot stack, which is there anyway. They stay: guests are restarted by what they say.
    plat::Board board;
    plat::Partitions partitions;

    plat::find_board(board, PhysAddr{device_tree});
    arch::println("\nBooting hypervisor...");
    plat::check_board(board);
    const mm::HeapLayout layout = plat::check_memory(board);
    plat::find_partitions(partitions, board);
    const PhysRange heap = plat::place_guests(partitions, board, layout.heap);
    arch::init_heap(heap);
    show_vector();

    if (layout.is_cut()) {
        arch::println("{}", layout);
    }
    const vm::HartFeatures features = plat::probe_hart(board);
    arch::println("machine: {}", features);
    const Vector<arch::HartRecord*> harts = plat::make_harts(board);
    const Vector<arch::Guest*> guests = plat::make_guests(partitions, board, features, harts.span());
    Vector<mm::MemoryRegion> map = plat::kernel_map(board, heap, partitions.owners, harts.span());
    // All page tables in a row: so the heap aligns them once.
    for (arch::Guest* guest : guests) {
        guest->map_memory();
    }
    arch::enter_address_space(std::move(map));
    if (partitions.description.dump_device_trees) {
        plat::dump_device_trees(guests.span());
        arch::end_machine(arch::Ending::success);
    }
    plat::route_host_interrupts(board, guests.span());
    plat::start_harts(harts.span(), live);
    arch::connect_console(guests.span());
    arch::connect_operator(guests.span(), plat::run_audit);
    if (partitions.description.stats) {
        arch::print_statistics_at_end();
    }
    plat::audit_at_boot(partitions.owners, heap, guests.span());
    plat::seal_heap();
    arch::announce_operator();
    plat::start_guests(guests.span());
    live(arch::this_hart());
}

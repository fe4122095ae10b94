// The order of things, from the boot stub's hand-over to the machine's end.

#include <cstdint>

#include <hv/arch/address_space.hpp>
#include <hv/arch/console.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/lib/vector.hpp>
#include <hv/plat/board.hpp>
#include <hv/plat/harts.hpp>
#include <hv/plat/kernel_map.hpp>

namespace {

using namespace hv;

constinit plat::Board board;

void show_vector()
{
    Vector<char> v;
    v.push_back('a');
    v.push_back('b');
    v.push_back('c');
    arch::println("v = {}", v);
}

/// What every hart but the boot hart does: nothing yet.
void wait_for_work(arch::HartRecord&)
{
    arch::park();
}

}  // namespace

extern "C" void main(uint64_t hart_id, uint64_t device_tree);

/// Called by the boot stub on the boot hart, whichever it is: a0 and a1 as the firmware left them.
void main(uint64_t /*hart_id*/, uint64_t device_tree)
{
    plat::find_board(board, PhysAddr{device_tree});
    arch::println("\nBooting hypervisor...");
    plat::check_board(board);
    const mm::HeapLayout layout = plat::check_memory(board);
    arch::init_heap(layout.heap);
    show_vector();

    if (layout.is_cut()) {
        arch::println("{}", layout);
    }
    const Vector<arch::HartRecord*> harts = plat::make_harts(board);
    arch::enter_address_space(plat::kernel_map(board, {.guests = {}, .heap = layout.heap}, harts.span()));
    plat::start_harts(harts.span(), wait_for_work);

    arch::end_machine(arch::Ending::success);
}

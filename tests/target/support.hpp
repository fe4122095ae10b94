// What the kernels that test themselves share: the boot steps of the real main(), and a verdict on the serial line.
//
// Each file of this folder is a kernel with a main of its own. Its first lines tell the harness what must be seen:
//   // expect: REGEX      a line of the serial output matches; several such lines match in this order
//   // not: REGEX         no line matches
//   // status: N          QEMU's exit status (1 after a panic, 0 after pass())
//   // smp: N, // ram: SIZE, // qemu: ARGUMENTS, // presets: NAMES
#pragma once

#include <cstdint>

#include <hv/arch/address_space.hpp>
#include <hv/arch/console.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/lib/vector.hpp>
#include <hv/plat/board.hpp>
#include <hv/plat/harts.hpp>
#include <hv/plat/kernel_map.hpp>

/// Called by the boot stub with the hart's id and the device tree's address.
extern "C" void main(uint64_t hart_id, uint64_t device_tree);

namespace hv::test {

inline constinit plat::Board board;

/// Console and machine checks, as in the real main(), without a heap.
inline void begin_without_heap(uint64_t device_tree)
{
    plat::find_board(board, PhysAddr{device_tree});
    arch::println("\nself test");
    plat::check_board(board);
}

/// Every boot step of the real main() up to its own address map, on this heap. Returns the records of the other
/// harts, which are still stopped.
inline Vector<arch::HartRecord*> begin_on(PhysRange heap)
{
    arch::init_heap(heap);
    Vector<arch::HartRecord*> harts = plat::make_harts(board);
    arch::enter_address_space(plat::kernel_map(board, heap, {}, harts.span()));
    return harts;
}

inline Vector<arch::HartRecord*> begin(uint64_t device_tree)
{
    begin_without_heap(device_tree);
    return begin_on(plat::check_memory(board).heap);
}

/// Says what is wrong and ends the machine as failed unless `holds`.
inline void expect(bool holds, const char* what, unsigned line = __builtin_LINE())
{
    if (!holds) {
        arch::println("FAIL at line {}: {}", line, what);
        arch::end_machine(arch::Ending::failure);
    }
}

[[noreturn]] inline void pass()
{
    arch::println("PASS");
    arch::end_machine(arch::Ending::success);
}

}  // namespace hv::test

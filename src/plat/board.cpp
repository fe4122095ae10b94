// Finds out what the host board is, and refuses what we cannot run on.
#include <hv/plat/board.hpp>

#include <optional>
#include <span>

#include <hv/arch/console.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/image.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/panic.hpp>
#include <hv/arch/probe.hpp>
#include <hv/plat/uart16550.hpp>

namespace hv::plat {
namespace {

constinit Uart16550 uart;

std::span<const std::byte> bytes_at(PhysRange range)
{
    return {reinterpret_cast<const std::byte*>(range.start.value()), range.size};
}

/// The tree at `start`. A wrong pointer is found out before it is followed: U-Boot's `go` leaves one in a1.
Expected<fdt::Tree, fdt::Error> open_tree(PhysAddr start)
{
    const PhysRange header{start, fdt::Tree::header_size};
    if (!arch::is_readable(header)) {
        return Unexpected{fdt::Error{fdt::ErrorKind::unreadable, 0}};
    }
    HV_TRY(const uint32_t size, fdt::Tree::size_from_header(bytes_at(header)));
    const PhysRange whole{start, size};
    if (!arch::is_readable(whole)) {
        return Unexpected{fdt::Error{fdt::ErrorKind::unreadable, 0}};
    }
    return fdt::Tree::open(bytes_at(whole));
}

/// The partition description that is read in flash, where it stays. What cannot be one is its reader's to refuse.
std::optional<PhysRange> find_description_in_flash()
{
    const PhysAddr start = arch::description_in_flash();
    if (start.value() == 0) {
        return std::nullopt;
    }
    const PhysRange header{start, fdt::Tree::header_size};
    if (!arch::is_readable(header)) {
        return header;
    }
    // With images in it, it is larger than other trees.
    const auto size = fdt::Tree::size_from_header(bytes_at(header), UINT32_MAX);
    return size ? PhysRange{start, *size} : header;
}

}  // namespace

void find_board(Board& board, PhysAddr device_tree)
{
    board.handed_over = device_tree;
    const auto tree = open_tree(device_tree);
    if (!tree) {
        board.error = tree.error();
        return;
    }
    board.tree = *tree;
    board.device_tree = {device_tree, tree->bytes().size()};
    if (const auto described = fdt::describe_host(*tree, board.machine); !described) {
        board.machine_error = described.error();
    }
    if (!board.machine.initrd) {
        board.machine.initrd = find_description_in_flash();
    }
    const auto& finisher = board.machine.finisher;
    if (finisher && finisher->start.is_aligned(sizeof(uint32_t)) && arch::is_readable_register(finisher->start)) {
        arch::set_test_finisher(finisher->start);
        board.finisher = {finisher->start, sizeof(uint32_t)};
    }
    const auto& console = board.machine.console;
    if (console && uart.use(*console)) {
        board.console = Uart16550::registers_of(*console);
        arch::set_console_device(uart, uart.fast_registers());
    }
}

void check_board(const Board& board)
{
    if (board.error) {
        arch::refuse_to_boot("no device tree at {}, where a1 points at entry: {}", board.handed_over, *board.error);
    }
    if (board.machine_error) {
        arch::refuse_to_boot("the device tree at {} cannot be used: {}", board.handed_over, *board.machine_error);
    }
    if (!arch::try_read_csr<isa::Csr::hgatp>()) {
        arch::refuse_to_boot("no H extension: hart {} has no hgatp (CSR {:#x}), which a hypervisor needs. QEMU's "
                             "rv64 CPU has it unless h=off is said",
                             arch::this_hart().id, static_cast<uint64_t>(isa::Csr::hgatp));
    }
}

namespace {

/// All but ourselves.
void find_claims(Board& board)
{
    using mm::Holder;
    board.claims.push_back({Holder::device_tree, board.device_tree, {}});
    if (board.machine.initrd) {
        board.claims.push_back({Holder::initrd, *board.machine.initrd, {}});
    }
    for (const fdt::ReservedRange& reserved : board.machine.reserved) {
        board.claims.push_back({Holder::reserved, reserved.range, reserved.name});
    }
}

}  // namespace

mm::HeapLayout check_memory(Board& board)
{
    using mm::Holder;
    find_claims(board);
    const mm::LayoutRequest request{
        .ram = board.machine.ram.span(),
        .image = arch::image_range(),
        .stack = arch::boot_stacks_range(),
        .wanted_heap = arch::linked_heap_range(),
        .claims = board.claims.span(),
    };
    const auto layout = mm::lay_out_memory(request);
    if (!layout) {
        arch::refuse_to_boot("{}", layout.error());
    }
    board.claims.push_back({Holder::hypervisor, request.image, "image"});
    board.claims.push_back({Holder::hypervisor, request.stack, "stack"});
    return *layout;
}

}  // namespace hv::plat

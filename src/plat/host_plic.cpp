// Enables the console's source at the machine's PLIC, for this hart, and answers it.
#include <hv/plat/host_plic.hpp>

#include <optional>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_console.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/trap.hpp>
#include <hv/isa/registers.hpp>

namespace hv::plat {
namespace {

constexpr uint64_t word = sizeof(uint32_t);

/// [plic] Memory Map: what of a PLIC concerns one source and one context.
struct Wiring {
    PhysAddr priority{};
    PhysAddr enable{};
    PhysAddr threshold{};
    PhysAddr claim{};
    uint32_t source = 0;
};

constinit Wiring wiring;

volatile uint32_t& reg(PhysAddr address)
{
    return *reinterpret_cast<volatile uint32_t*>(address.value());
}

std::optional<uint32_t> context_of_boot_hart(const Board& board)
{
    for (const fdt::Hart& hart : board.machine.harts) {
        if (hart.id == boot_hart.id) {
            return hart.plic_context;
        }
    }
    return std::nullopt;
}

std::optional<Wiring> find_wiring(const Board& board)
{
    const auto& plic = board.machine.plic;
    const auto& console = board.machine.console;
    const auto context = context_of_boot_hart(board);
    if (!plic || !console || !console->interrupt || !context || board.console.empty()) {
        return std::nullopt;
    }
    const PhysAddr base = plic->registers.start;
    const uint32_t source = *console->interrupt;
    const PhysAddr controls = base + fdt::HostPlic::controls_of(*context);
    const Wiring found{
        .priority = base + word * source,
        .enable = base + fdt::HostPlic::enables_of(*context) + word * (source / 32),
        .threshold = controls,
        .claim = controls + word,
        .source = source,
    };
    if (source == 0 || source > plic->sources || !plic->registers.contains({found.claim, word})) {
        return std::nullopt;
    }
    return found;
}

void handle_external_interrupt()
{
    const uint32_t source = reg(wiring.claim);
    if (source == 0) {
        return;  // taken back meanwhile
    }
    arch::serve_console();
    reg(wiring.claim) = source;
}

}  // namespace

PhysRange host_plic_registers(const Board& board)
{
    return find_wiring(board) ? board.machine.plic->registers : PhysRange{};
}

void take_console_interrupt(const Board& board)
{
    const auto found = find_wiring(board);
    if (!found) {
        return;
    }
    wiring = *found;
    arch::set_interrupt_handler(isa::Interrupt::supervisor_external, handle_external_interrupt);
    reg(wiring.priority) = 1;
    reg(wiring.threshold) = 0;
    reg(wiring.enable) = uint32_t{1} << (wiring.source % 32);
    arch::set_csr<isa::Csr::sie>(isa::Interrupts::supervisor_external.mask);
}

}  // namespace hv::plat

// Who is wired to which interrupt controller of a host, and by which number.
#include "host_wires.hpp"

namespace hv::fdt {
namespace {

/// [plic] Interrupt Sources: 0 is none. Interrupt Targets and Hart Contexts.
constexpr uint32_t max_sources = 1023;
constexpr size_t max_contexts = 15872;
/// [priv] Supervisor: scause. A context of a hart's S-mode drives this one of its interrupts.
constexpr uint32_t supervisor_external = 9;
/// A pair of cells: a controller that takes one cell, and that cell.
constexpr size_t pair_size = 8;

bool is_phandle(uint32_t phandle)
{
    return phandle != 0 && phandle != UINT32_MAX;
}

/// Are both registers of a context inside?
bool has_context(const HostPlic& plic, uint32_t context)
{
    const uint64_t enables_end = HostPlic::enables_of(context) + plic.sources / 32 * 4 + 4;
    const uint64_t controls_end = HostPlic::controls_of(context) + 8;
    return enables_end <= plic.registers.size && controls_end <= plic.registers.size;
}

}  // namespace

void HostWires::enter(uint32_t depth, std::span<const std::byte> parent)
{
    const uint32_t inherited = depth == 0 ? 0 : parents_[depth - 1];
    parents_[depth] = Property{{}, parent}.u32().value_or(inherited);
}

void HostWires::take_plic(PhysRange registers, Property phandle, Property sources,
                          std::span<const std::byte> contexts)
{
    const uint32_t count = sources.u32().value_or(0);
    if (plic_ || count == 0 || count > max_sources || contexts.empty() || contexts.size() % pair_size != 0 ||
        contexts.size() / pair_size > max_contexts) {
        return;
    }
    plic_ = {registers, count};
    plic_phandle_ = phandle.u32().value_or(0);
    contexts_ = contexts;
}

void HostWires::take_console(uint32_t depth, std::span<const std::byte> interrupts,
                             std::span<const std::byte> extended)
{
    console_parent_ = parents_[depth];
    console_interrupts_ = interrupts;
    console_extended_ = extended;
}

void HostWires::connect_harts(HostMachine& machine) const
{
    for (uint32_t context = 0; context != contexts_.size() / pair_size; ++context) {
        const std::byte* const pair = contexts_.data() + context * pair_size;
        const uint32_t controller = read_be32(pair);
        if (read_be32(pair + 4) != supervisor_external || !is_phandle(controller) ||
            !has_context(*plic_, context)) {
            continue;
        }
        for (Hart& hart : machine.harts) {
            if (hart.interrupt_controller == controller && !hart.plic_context) {
                hart.plic_context = context;
                break;
            }
        }
    }
}

std::optional<uint32_t> HostWires::console_interrupt() const
{
    uint32_t number = 0;
    if (console_extended_.size() >= pair_size) {
        // [dt] interrupts-extended: it takes precedence over interrupts.
        if (read_be32(console_extended_.data()) == plic_phandle_) {
            number = read_be32(console_extended_.data() + 4);
        }
    } else if (console_interrupts_.size() >= 4 && console_parent_ == plic_phandle_) {
        number = read_be32(console_interrupts_.data());
    }
    return number != 0 && number <= plic_->sources ? std::optional{number} : std::nullopt;
}

void HostWires::connect(HostMachine& machine) const
{
    if (!plic_) {
        return;
    }
    machine.plic = plic_;
    connect_harts(machine);
    if (machine.console && is_phandle(plic_phandle_)) {
        machine.console->interrupt = console_interrupt();
    }
}

}  // namespace hv::fdt

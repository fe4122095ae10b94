// Who is wired to which interrupt controller of a host, and by which number.
#include "host_wires.hpp"

#include <algorithm>

namespace hv::fdt {
namespace {

/// [plic] Interrupt Sources: 0 is none. Interrupt Targets and Hart Contexts.
constexpr uint32_t max_sources = 1023;
constexpr size_t max_contexts = 15872;
/// [priv] Supervisor: scause. A context of a hart's S-mode drives the one of its interrupts, an SSWI the other.
constexpr uint32_t supervisor_external = 9;
constexpr uint32_t supervisor_software = 1;
/// [aclint] Supervisor-level Software Interrupt Device: one register for each hart.
constexpr size_t max_setssips = 4095;
constexpr uint64_t setssip_size = 4;
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

/// Where the pair names `interrupt` of a hart's own controller, that hart gets `value`, unless it has one already.
template <typename T>
void give_to_hart(HostMachine& machine, const std::byte* pair, uint32_t interrupt, std::optional<T> Hart::*place,
                  T value)
{
    const uint32_t controller = read_be32(pair);
    if (read_be32(pair + 4) != interrupt || !is_phandle(controller)) {
        return;
    }
    for (Hart& hart : machine.harts) {
        if (hart.interrupt_controller == controller && !(hart.*place)) {
            hart.*place = value;
            return;
        }
    }
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

void HostWires::take_sswi(std::optional<PhysRange> registers, std::span<const std::byte> harts)
{
    if (registers && registers->start.is_aligned(setssip_size) && harts.size() % pair_size == 0 &&
        harts.size() / pair_size <= max_setssips) {
        static_cast<void>(sswis_.try_push_back({*registers, harts}));
    }
}

void HostWires::take_console(uint32_t depth, std::span<const std::byte> interrupts,
                             std::span<const std::byte> extended)
{
    console_parent_ = parents_[depth];
    console_interrupts_ = interrupts;
    console_extended_ = extended;
}

void HostWires::connect_plic(HostMachine& machine) const
{
    for (uint32_t context = 0; context != contexts_.size() / pair_size; ++context) {
        if (has_context(*plic_, context)) {
            give_to_hart(machine, contexts_.data() + context * pair_size, supervisor_external, &Hart::plic_context,
                         context);
        }
    }
}

void HostWires::connect_sswi(HostMachine& machine, const Sswi& sswi)
{
    const size_t count = std::min(sswi.harts.size() / pair_size, sswi.registers.size / setssip_size);
    for (size_t i = 0; i != count; ++i) {
        give_to_hart(machine, sswi.harts.data() + i * pair_size, supervisor_software, &Hart::sswi,
                     sswi.registers.start + i * setssip_size);
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
    for (const Sswi& sswi : sswis_) {
        connect_sswi(machine, sswi);
    }
    if (!plic_) {
        return;
    }
    machine.plic = plic_;
    connect_plic(machine);
    if (machine.console && is_phandle(plic_phandle_)) {
        machine.console->interrupt = console_interrupt();
    }
}

}  // namespace hv::fdt

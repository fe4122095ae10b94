// Enables sources at the machine's PLIC, and answers them: the console's here, a guest's device's at its own PLIC.
#include <hv/plat/host_plic.hpp>

#include <array>
#include <optional>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_console.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/panic.hpp>
#include <hv/arch/trap.hpp>
#include <hv/isa/registers.hpp>

namespace hv::plat {
namespace {

constexpr uint64_t word = sizeof(uint32_t);

/// A source that is a guest's. [plic] Interrupt Claim Process: from its claim until its completion, which is the
/// guest's, it is not forwarded again.
struct Forwarded {
    uint32_t source = 0;
    arch::Guest* guest = nullptr;
    PhysAddr claim{};  ///< of the context that it is routed to
};

/// By hart index: the claim register of its context; 0 where nothing is routed to it. Not written once harts take
/// interrupts, and so are the two below.
constinit std::array<PhysAddr, arch::max_harts> claims{};
constinit uint32_t console_source = 0;
constinit const Vector<Forwarded>* all_forwarded = nullptr;

volatile uint32_t& reg(PhysAddr address)
{
    return *reinterpret_cast<volatile uint32_t*>(address.value());
}

std::optional<uint32_t> context_of(const Board& board, const arch::HartRecord& record)
{
    for (const fdt::Hart& hart : board.machine.harts) {
        if (hart.id == record.id) {
            return hart.plic_context;
        }
    }
    return std::nullopt;
}

const Forwarded* find_forwarded(uint32_t source)
{
    for (const Forwarded& each : *all_forwarded) {
        if (each.source == source) {
            return &each;
        }
    }
    return nullptr;
}

void handle_external_interrupt()
{
    const PhysAddr claim = claims[arch::this_hart().index];
    const uint32_t source = reg(claim);
    if (source == 0) {
        return;  // taken back meanwhile
    }
    if (source == console_source) {
        arch::serve_console();
    } else if (const Forwarded* const forwarded = find_forwarded(source)) {
        forwarded->guest->settle(forwarded->guest->plic().raise_until_completed(source));
        return;
    }
    reg(claim) = source;
}

/// By any hart of the guest's.
void complete(uint32_t source)
{
    if (const Forwarded* const forwarded = find_forwarded(source)) {
        reg(forwarded->claim) = source;
    }
}

/// Enables `source` for a hart. False where the machine's PLIC does not reach it, or has no such source.
bool route(const Board& board, uint32_t source, const arch::HartRecord& hart)
{
    const auto& plic = board.machine.plic;
    const auto context = context_of(board, hart);
    if (!plic || !context || source == 0 || source > plic->sources) {
        return false;
    }
    // [plic] Memory Map: what concerns one source and one context.
    const PhysAddr base = plic->registers.start;
    const PhysAddr controls = base + fdt::HostPlic::controls_of(*context);
    const PhysAddr claim = controls + word;
    if (!plic->registers.contains({claim, word})) {
        return false;
    }
    volatile uint32_t& enable = reg(base + fdt::HostPlic::enables_of(*context) + word * (source / 32));
    const uint32_t before = claims[hart.index] == PhysAddr{} ? 0 : enable;
    reg(base + word * source) = 1;
    reg(controls) = 0;
    enable = before | uint32_t{1} << (source % 32);
    claims[hart.index] = claim;
    return true;
}

}  // namespace

PhysRange host_plic_registers(const Board& board)
{
    return board.machine.plic ? board.machine.plic->registers : PhysRange{};
}

void route_host_interrupts(const Board& board, std::span<arch::Guest* const> guests)
{
    auto& forwarded = *new Vector<Forwarded>;
    all_forwarded = &forwarded;
    arch::complete_host_interrupt = complete;
    arch::set_interrupt_handler(isa::Interrupt::supervisor_external, handle_external_interrupt);
    const auto& console = board.machine.console;
    if (console && console->interrupt && !board.console.empty() && route(board, *console->interrupt, boot_hart)) {
        console_source = *console->interrupt;
    }
    for (arch::Guest* guest : guests) {
        const arch::HartRecord& hart = *guest->plan().harts[0];
        for (const uint32_t source : guest->plan().interrupts) {
            if (!route(board, source, hart)) {
                arch::refuse_to_boot("guest {}: interrupt {} of its devices does not reach hart {}", guest->name(),
                                     source, hart.id);
            }
            forwarded.push_back({source, guest, claims[hart.index]});
        }
    }
}

void take_host_interrupts()
{
    if (claims[arch::this_hart().index] != PhysAddr{}) {
        arch::set_csr<isa::Csr::sie>(isa::Interrupts::supervisor_external.mask);
    }
}

}  // namespace hv::plat

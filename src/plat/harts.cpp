// Brings up every hart that the device tree calls available.
#include <hv/plat/harts.hpp>

#include <hv/arch/console.hpp>
#include <hv/arch/hart_probe.hpp>
#include <hv/arch/panic.hpp>
#include <hv/arch/probe.hpp>
#include <hv/arch/zero.hpp>

namespace hv::plat {
namespace {

volatile uint32_t* reachable_setssip(const fdt::Hart& hart)
{
    if (!hart.sswi || !arch::is_readable_register(*hart.sswi)) {
        return nullptr;
    }
    return reinterpret_cast<volatile uint32_t*>(hart.sswi->value());
}

}  // namespace

vm::HartFeatures probe_hart(const Board& board)
{
    const fdt::HostIsa& host = board.machine.isa;
    const vm::HartFeatures features = arch::probe_this_hart(
        {.largest_mode = fdt::paging_mode_of(host.mmu_type), .zero_block = host.cache_blocks.zero});
    if (!features.counters.get(isa::Counteren::instret)) {
        arch::refuse_to_boot(
            "hart {} may not read instret, by which the guests' exits are measured: the firmware has "
            "to allow it in mcounteren",
            arch::this_hart().id);
    }
    if (features.cbo_zero) {
        arch::use_cbo_zero(host.cache_blocks.zero);
    }
    return features;
}

Vector<arch::HartRecord*> make_harts(const Board& board)
{
    Vector<arch::HartRecord*> harts;
    uint32_t index = 1;
    size_t left_out = board.machine.harts_left_out;
    for (const fdt::Hart& hart : board.machine.harts) {
        if (hart.id == arch::this_hart().id) {
            arch::this_hart().setssip = reachable_setssip(hart);
            continue;
        }
        if (!hart.available) {
            continue;
        }
        if (index == arch::max_harts) {
            left_out++;
            continue;
        }
        arch::HartRecord& record = arch::make_hart(hart.id, index);
        record.setssip = reachable_setssip(hart);
        harts.push_back(&record);
        index++;
    }
    if (left_out != 0) {
        arch::println("{} harts are not used: no more than {} can be", left_out, arch::max_harts);
    }
    return harts;
}

void start_harts(std::span<arch::HartRecord* const> harts, arch::HartEntry entry)
{
    size_t online = 1;
    for (arch::HartRecord* hart : harts) {
        if (arch::start_hart(*hart, entry) && arch::wait_until_online(*hart)) {
            online++;
        }
    }
    if (online > 1) {
        arch::println("{} harts online", online);
    }
}

}  // namespace hv::plat

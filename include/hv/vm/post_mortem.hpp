// The report on a guest that stopped without having wanted to: all that helps its author to see why.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/isa/registers.hpp>
#include <hv/isa/sbi.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/sink.hpp>
#include <hv/mm/guest_memory.hpp>
#include <hv/vm/exit_log.hpp>

namespace hv::vm {

enum class StopReason : uint8_t {
    trap_vector_faults,   ///< and so does every trap that is given to the guest: a crash loop
    trap_without_answer,  ///< one that the hypervisor can neither answer nor give to the guest
    reset_for_failure,    ///< the guest asked for a reset, and gave a failure as its reason
    not_fed,              ///< its `fed` watchdog has bitten
    timer_untaken,        ///< its `timer` watchdog has
    stopped_by_operator,
};

/// In words that complete "stopped: ".
[[nodiscard]] std::string_view name_of(StopReason reason);

/// A vCPU's VS CSRs that explain where it was.
struct VsCsrs {
    uint64_t vsstatus = 0;
    uint64_t vstvec = 0;
    uint64_t vsscratch = 0;
    uint64_t vsepc = 0;
    uint64_t vscause = 0;
    uint64_t vstval = 0;
    uint64_t vsatp = 0;
};

/// Where one of the guest's other vCPUs was.
struct VcpuPlace {
    uint64_t index = 0;
    isa::sbi::HartStatus status{};
    uint64_t pc = 0;
};

/// Formats as seconds: "12.345 s".
struct Duration {
    uint64_t ticks = 0;
    uint64_t ticks_per_second = 1;
};
void format_value(FormatOutput& out, Duration duration);

/// Everything that is known. The vCPU does not run; the guest's other harts may, and change its memory.
struct PostMortem {
    std::string_view guest{};  ///< its name
    uint64_t vcpu = 0;
    StopReason reason = StopReason::stopped_by_operator;

    // The trap that left the guest.
    isa::Scause scause{};
    uint64_t stval = 0;
    std::optional<GuestPhysAddr> physical{};  ///< of a guest-page fault, out of htval
    bool user = false;                        ///< the trap came from VU-mode, else from VS-mode

    uint64_t pc = 0;
    std::span<const uint64_t, 31> x1_to_x31;
    VsCsrs csrs{};
    const mm::GuestMemory& memory;
    std::span<const mm::GuestRegion> shared{};  ///< with other guests: reached by it, and not in `memory`

    ExitHistory exits;         ///< of the vCPU
    const ExitCounts& counts;  ///< of all of the guest's

    std::span<const VcpuPlace> other_vcpus{};
    Duration ran{};         ///< since it was last started
    uint64_t restarts = 0;  ///< after failures, until then
};

/// About 50 lines, at most 100, of 116 columns where the numbers are not the longest that there are. Reads the
/// guest's memory, and trusts nothing there: bounded work, whatever its tables and stacks hold.
void print_post_mortem(Sink& sink, const PostMortem& post_mortem);

/// A line about another guest, for the end of the report: how long that had been running, if it has not ended.
void print_neighbour(Sink& sink, std::string_view guest, Duration ran, bool ended);

}  // namespace hv::vm

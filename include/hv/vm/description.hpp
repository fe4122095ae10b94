// The partition description: which guests there are to be, read from a device tree that carries their images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/fdt/host_machine.hpp>
#include <hv/fdt/tree.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/vm/description_error.hpp>

namespace hv::vm {

/// What is done about a guest that a fault has ended.
enum class OnFault : uint8_t { stop, restart, halt_machine };

/// As a description spells it: "stop", "restart", "halt-machine".
[[nodiscard]] std::string_view name_of(OnFault on_fault);

/// One guest, as docs/partitions.md says. The views are into the description's bytes. All is zero at first, so that
/// a Description takes no room in the hypervisor's image.
struct GuestDescription {
    static constexpr size_t max_name = 31;
    static constexpr uint32_t max_harts = 8;
    static constexpr uint64_t memory_unit = 4096;
    static constexpr uint64_t base_unit = uint64_t{2} << 20;
    static constexpr uint64_t least_memory = uint64_t{4} << 20;
    static constexpr uint64_t memory_limit = fdt::HostMachine::ram_limit;  ///< no base lies beyond
    static constexpr uint64_t most_memory = memory_limit - (uint64_t{2} << 30);
    static constexpr size_t max_bootargs = 2047;
    static constexpr size_t max_devices = 8;
    static constexpr uint32_t max_restart_limit = 1'000'000;
    static constexpr uint32_t max_restart_window = 1'000'000;
    static constexpr uint32_t max_watchdog = 3'600'000;

    std::string_view name;
    uint32_t harts = 0;                          ///< how many
    StaticVector<uint32_t, max_harts> hart_ids;  ///< the host's, vCPU n on the nth; empty: any that nobody names
    uint64_t memory = 0;                         ///< bytes, a multiple of memory_unit
    std::optional<PhysAddr> memory_base{};       ///< where it lies, for host and guest; a multiple of base_unit
    std::span<const std::byte> kernel;           ///< empty where built_in
    bool built_in = false;                       ///< the guest that is in the hypervisor's image is the kernel
    std::span<const std::byte> initrd;           ///< empty: none
    std::string_view bootargs;
    StaticVector<std::string_view, max_devices> devices;  ///< full paths in the host's device tree
    bool unsafe_dma = false;                              ///< its devices may be bus masters
    OnFault on_fault = OnFault::stop;
    OnFault on_watchdog = OnFault::stop;
    uint32_t restart_limit = 0;   ///< how often it is restarted before it is stopped
    uint32_t restart_window = 0;  ///< seconds: of the restarts, those of the last so many count; 0: all
    uint32_t fed_watchdog = 0;    ///< milliseconds within which the guest has to feed it; 0: off
    uint32_t timer_watchdog = 0;  ///< milliseconds for which a timer may be due and untaken; 0: off
};

/// A guest that shares a region.
struct RegionMember {
    uint32_t guest = 0;   ///< its place in Description::guests
    bool writes = false;  ///< and reads; else it only reads
};

/// Memory that guests share, with a doorbell.
struct RegionDescription {
    static constexpr uint64_t unit = 4096;
    static constexpr uint64_t most = uint64_t{64} << 20;
    static constexpr size_t max_members = 16;

    std::string_view name;
    uint64_t size = 0;                                ///< bytes, a multiple of unit
    StaticVector<RegionMember, max_members> members;  ///< the writers, then the readers; two or more
};

/// Large: not for a stack of a few KiB.
struct Description {
    static constexpr size_t max_guests = 16;
    static constexpr size_t max_regions = 8;
    /// A description's tree may be as large as its images make it: to be given to fdt::Tree::open.
    static constexpr uint32_t max_size = UINT32_MAX;

    StaticVector<GuestDescription, max_guests> guests;     ///< in the tree's order
    StaticVector<RegionDescription, max_regions> regions;  ///< likewise
    /// The guests' device trees are to be shown, and no guest is to be started.
    bool dump_device_trees = false;
    bool stats = false;  ///< every guest's counters are to be printed when the machine ends
};

/// Fills in `description`, which is fresh. The error is the first one met; what is in `description` then means
/// nothing. That each kernel is one, and fits, is plan_load's to say.
[[nodiscard]] Expected<void, DescriptionError> read_description(const fdt::Tree& tree, Description& description);

/// Has the machine the harts that guests name, and enough for the others? Each hart is one guest's. `harts` are the
/// ids of the machine's, none twice; an error views them.
[[nodiscard]] Expected<void, DescriptionError> check_harts(const Description& description,
                                                           std::span<const uint64_t> harts);

}  // namespace hv::vm

// The guests of this machine: which there are to be, by the description that was handed over, and making them.
#pragma once

#include <array>
#include <optional>
#include <span>

#include <hv/arch/guest.hpp>
#include <hv/arch/hart.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/ownership.hpp>
#include <hv/plat/board.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/guest_isa.hpp>
#include <hv/vm/hart_features.hpp>
#include <hv/vm/placement.hpp>
#include <hv/vm/seed.hpp>

namespace hv::plat {

/// Large: it is main()'s, on the boot stack, for life.
struct Partitions {
    vm::Description description{};
    std::optional<fdt::Error> error{};  ///< why what was handed over cannot be read
    std::optional<vm::DescriptionError> description_error{};
    StaticVector<uint64_t, arch::max_harts> harts{};  ///< ids of those that guests can have, the boot hart's first
    vm::Placement placement{};
    // Made by make_guests():
    std::optional<vm::SeedSource> seeds{};
    mm::OwnershipTable owners{};  ///< who has what
    vm::GuestIsa isa{};
    std::array<arch::GuestPlan, vm::Description::max_guests> plans{};
};

/// Reads the description that the boot loader handed over as initrd; with none, describes the built-in guest. What
/// is wrong with it is kept for make_guests().
void find_partitions(Partitions& partitions, const Board& board);

/// Finds harts and memory for all guests. Returns the heap, which may lose its end for that. What is wrong is kept
/// for make_guests().
[[nodiscard]] PhysRange place_guests(Partitions& partitions, const Board& board, PhysRange heap);

/// Writes down who has what, and builds every guest by that. Refuses to boot, and no guest is made that could
/// start, where the description, the machine or an image says that one cannot be. `others` are the records of all
/// harts but the boot hart.
[[nodiscard]] Vector<arch::Guest*> make_guests(Partitions& partitions, const Board& board,
                                               const vm::HartFeatures& features,
                                               std::span<arch::HartRecord* const> others);

/// Says what memory the hypervisor itself has taken. From now on it takes no more.
void seal_heap();

/// Starts every guest, each on its own harts, which wait for it. Refuses where a hart has not come up.
void start_guests(std::span<arch::Guest* const> guests);

/// Shows the guests' device trees as hexadecimal digits, for run.sh.
void dump_device_trees(std::span<arch::Guest* const> guests);

}  // namespace hv::plat

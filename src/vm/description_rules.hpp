// The names that a partition description may use, and in words what each of them takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/vm/description_error.hpp>

namespace hv::vm {

inline constexpr std::string_view root_compatible = "bulkhead,partitions";
inline constexpr std::string_view region_compatible = "bulkhead,shared-memory";

// The numbers of a node's properties: places in its rules_of().

enum class RootProperty : uint8_t { compatible, model, address_cells, size_cells, dump_device_trees, stats };

enum class GuestProperty : uint8_t {
    harts,
    hart_ids,
    memory,
    kernel,
    built_in,
    initrd,
    bootargs,
    devices,
    unsafe_dma,
    on_fault,
    on_watchdog,
    restart_limit,
    restart_window,
    fed_watchdog,
    timer_watchdog,
};

enum class RegionProperty : uint8_t { compatible, size, writers, readers };

struct PropertyRule {
    std::string_view name;        ///< as a description spells it: "on-fault"
    std::string_view right_form;  ///< completes "it must be ..."
};

/// All that a node of this kind may have, by their numbers; at most 32.
[[nodiscard]] std::span<const PropertyRule> rules_of(DescriptionNode node);
/// The number of a property.
[[nodiscard]] std::optional<size_t> property_named(DescriptionNode node, std::string_view name);
/// The name that somebody who wrote `name` may have meant: at most two characters apart. Empty for none.
[[nodiscard]] std::string_view property_like(DescriptionNode node, std::string_view name);
/// What stands in rules_of(), for a property that is among them.
[[nodiscard]] std::string_view right_form_of(DescriptionNode node, std::string_view name);

}  // namespace hv::vm

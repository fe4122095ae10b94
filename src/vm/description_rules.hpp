// The names that a partition description may use, and in words what each of them takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hv::vm {

inline constexpr std::string_view root_compatible = "bulkhead,partitions";

enum class GuestProperty : uint8_t { harts, memory, kernel, initrd, bootargs, on_fault, restart_limit };
inline constexpr size_t guest_property_count = 7;

/// As a description spells it: "on-fault".
[[nodiscard]] std::string_view name_of(GuestProperty property);
[[nodiscard]] std::optional<GuestProperty> guest_property_named(std::string_view name);
/// The name that somebody who wrote `name` may have meant: at most two characters apart. Empty for none.
[[nodiscard]] std::string_view guest_property_like(std::string_view name);
/// Completes "it must be ...", for the guest's properties and the root's.
[[nodiscard]] std::string_view right_form_of(std::string_view property);

[[nodiscard]] bool is_root_property(std::string_view name);

}  // namespace hv::vm

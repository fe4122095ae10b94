// Where a described guest's RAM lies in its own addresses, and whether its images can be loaded there.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <hv/vm/description.hpp>
#include <hv/vm/image.hpp>

namespace hv::vm {

/// Why a guest's image cannot be loaded.
struct GuestImageError {
    std::string_view guest;  ///< its name
    ImageError error;
};

/// "linux/kernel: is packed with gzip; unpack it first, as run.sh does"
void format_value(FormatOutput& out, const GuestImageError& error);

/// All of a guest's memory: at its base, mapped one to one, or where guests' RAM lies.
[[nodiscard]] GuestPhysRange ram_of(const GuestDescription& guest);

/// Like plan_load(). `built_in` is the kernel of guests that have the built-in one.
[[nodiscard]] Expected<LoadPlan, GuestImageError> plan_load(const GuestDescription& guest,
                                                            std::span<const std::byte> built_in);

}  // namespace hv::vm

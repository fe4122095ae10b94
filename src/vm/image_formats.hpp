// The formats that a kernel's file may have: what each of them says of where its bytes go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <hv/vm/image.hpp>

namespace hv::vm {

/// A Linux image or a raw binary counts from here unless it says otherwise.
inline constexpr uint64_t default_text_offset = uint64_t{2} << 20;

[[nodiscard]] bool is_linux_image(std::span<const std::byte> file);
[[nodiscard]] bool is_elf(std::span<const std::byte> file);
/// What a file is that is known and that nobody can start: packed, or made for another loader.
[[nodiscard]] std::optional<ImageError> why_not_code(std::span<const std::byte> file);

// Each fills in the plan's pieces, entry, format and kernel range. `file` is of the format.

[[nodiscard]] Expected<void, ImageError> plan_linux_image(std::span<const std::byte> file, GuestPhysRange ram,
                                                          LoadPlan& plan);
[[nodiscard]] Expected<void, ImageError> plan_elf(std::span<const std::byte> file, GuestPhysRange ram,
                                                  LoadPlan& plan);

/// One piece at `offset` of the memory, which occupies `size` bytes, at least the file's; its entry is its first
/// byte.
[[nodiscard]] Expected<void, ImageError> plan_flat(std::span<const std::byte> file, GuestPhysRange ram,
                                                   uint64_t offset, uint64_t size, LoadPlan& plan);

}  // namespace hv::vm

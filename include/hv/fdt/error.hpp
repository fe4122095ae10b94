// What can be wrong with a device tree's bytes, and where.
#pragma once

#include <cstdint>
#include <string_view>

#include <hv/lib/format_output.hpp>

namespace hv::fdt {

enum class ErrorKind : uint8_t {
    unreadable,  ///< said by whoever looks before opening: there is no memory there
    too_short,
    not_8_aligned,
    bad_magic,
    bad_version,
    bad_total_size,
    too_large,
    block_misaligned,
    block_outside,
    blocks_overlap,
    reservations_endless,
    token_unknown,
    token_outside_node,
    token_cut,
    name_cut,
    name_bad_character,
    name_empty,
    root_has_name,
    second_root,
    nested_too_deep,
    property_after_child,
    property_cut,
    property_name_outside,
    end_missing,
    cells_unsupported,
    reg_missing,
    reg_bad_length,
    reg_past_last_address,
    ranges_bad_length,
    address_not_translatable,
    number_bad_length,
    range_incomplete,
    range_backwards,
};

/// The error in words that complete "the device tree is unusable: ...".
[[nodiscard]] std::string_view name_of(ErrorKind kind);

/// `offset` counts bytes from the first byte of the tree's header.
struct Error {
    ErrorKind kind{};
    uint32_t offset = 0;

    friend constexpr bool operator==(Error, Error) = default;
};

/// "a property longer than the structure block, at byte 1234".
void format_value(FormatOutput& out, const Error& error);

}  // namespace hv::fdt

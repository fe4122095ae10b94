// The words for what can be wrong with a device tree's bytes.
#include <hv/fdt/error.hpp>

#include <hv/lib/format.hpp>

namespace hv::fdt {

std::string_view name_of(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::unreadable:
        return "there is no memory that can be read";
    case ErrorKind::too_short:
        return "fewer bytes than its header needs";
    case ErrorKind::not_8_aligned:
        return "its address is not a multiple of 8";
    case ErrorKind::bad_magic:
        return "it does not start with 0xd00dfeed";
    case ErrorKind::bad_version:
        return "its version is not one that reads as 17";
    case ErrorKind::bad_total_size:
        return "its total size is less than a header or more than there is";
    case ErrorKind::too_large:
        return "its total size is more than 2 MiB";
    case ErrorKind::block_misaligned:
        return "a block's offset is misaligned";
    case ErrorKind::block_outside:
        return "a block lies outside of its total size";
    case ErrorKind::blocks_overlap:
        return "two blocks overlap";
    case ErrorKind::reservations_endless:
        return "the memory reservations have no last entry";
    case ErrorKind::token_unknown:
        return "an unknown token";
    case ErrorKind::token_outside_node:
        return "a token outside of any node";
    case ErrorKind::token_cut:
        return "the structure block ends within a token";
    case ErrorKind::name_cut:
        return "a node's name has no end";
    case ErrorKind::name_bad_character:
        return "a node's name has a character that is not allowed";
    case ErrorKind::name_empty:
        return "a node other than the root has no name";
    case ErrorKind::root_has_name:
        return "the root node has a name";
    case ErrorKind::second_root:
        return "a second root node";
    case ErrorKind::nested_too_deep:
        return "nodes nested more than 32 deep";
    case ErrorKind::property_after_child:
        return "a property behind a child node";
    case ErrorKind::property_cut:
        return "a property longer than the structure block";
    case ErrorKind::property_name_outside:
        return "a property's name outside of the strings block";
    case ErrorKind::end_missing:
        return "a node or the tree has no end";
    case ErrorKind::cells_unsupported:
        return "an #address-cells or #size-cells that is not 1 or 2";
    case ErrorKind::reg_missing:
        return "no reg property";
    case ErrorKind::reg_bad_length:
        return "a reg that does not hold whole entries";
    case ErrorKind::reg_past_last_address:
        return "a reg that runs past the last address";
    case ErrorKind::ranges_bad_length:
        return "a ranges property that does not hold whole entries";
    case ErrorKind::address_not_translatable:
        return "an address that no ranges property translates";
    case ErrorKind::number_bad_length:
        return "a number that is not 4 or 8 bytes long";
    case ErrorKind::range_incomplete:
        return "a range with only one of its two ends";
    case ErrorKind::range_backwards:
        return "a range that ends before it starts";
    }
    return "unknown";
}

void format_value(FormatOutput& out, const Error& error)
{
    print(out, "{}, at byte {}", error.kind, error.offset);
}

}  // namespace hv::fdt

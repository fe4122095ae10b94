// The words for what can be wrong with a device tree's bytes.
#include <hv/fdt/error.hpp>

#include <array>

#include <hv/lib/format.hpp>

namespace hv::fdt {

namespace {

/// In the order of ErrorKind.
constexpr std::array<const char*, 33> words{
    "there is no memory that can be read",
    "fewer bytes than its header needs",
    "its address is not a multiple of 8",
    "it does not start with 0xd00dfeed",
    "its version is not one that reads as 17",
    "its total size is less than a header or more than there is",
    "its total size is more than 2 MiB",
    "a block's offset is misaligned",
    "a block lies outside of its total size",
    "two blocks overlap",
    "the memory reservations have no last entry",
    "an unknown token",
    "a token outside of any node",
    "the structure block ends within a token",
    "a node's name has no end",
    "a node's name has a character that is not allowed",
    "a node other than the root has no name",
    "the root node has a name",
    "a second root node",
    "nodes nested more than 32 deep",
    "a property behind a child node",
    "a property longer than the structure block",
    "a property's name outside of the strings block",
    "a node or the tree has no end",
    "an #address-cells or #size-cells that is not 1 or 2",
    "no reg property",
    "a reg that does not hold whole entries",
    "a reg that runs past the last address",
    "a ranges property that does not hold whole entries",
    "an address that no ranges property translates",
    "a number that is not 4 or 8 bytes long",
    "a range with only one of its two ends",
    "a range that ends before it starts",
};
static_assert(words.size() == static_cast<size_t>(ErrorKind::range_backwards) + 1);

}  // namespace

std::string_view name_of(ErrorKind kind)
{
    const auto index = static_cast<size_t>(kind);
    return index < words.size() ? words[index] : "unknown";
}

void format_value(FormatOutput& out, const Error& error)
{
    print(out, "{}, at byte {}", error.kind, error.offset);
}

}  // namespace hv::fdt

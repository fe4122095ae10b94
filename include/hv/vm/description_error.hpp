// What can be wrong with a partition description: where it is, the number met, and what would be right.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/format_output.hpp>
#include <hv/mm/memory_layout.hpp>

namespace hv::vm {

/// What a node of a description stands for.
enum class DescriptionNode : uint8_t { root, guest, region };

/// The first thing that is wrong. All views are into the description, or into what it was held against.
struct DescriptionError {
    enum class Kind : uint8_t {
        unknown_property,  ///< `text` is the one that was meant, if that can be told
        repeated_property,
        missing_property,
        bad_length,  ///< `number` bytes
        no_string,
        no_strings,
        bad_word,             ///< `text` is what stands there
        bad_item,             ///< `text` is what stands in the list
        text_too_long,        ///< `number` characters, at most `limit`
        number_out_of_range,  ///< `number`; `least` to `limit`
        size_out_of_range,    ///< `number` bytes; `least` to `limit`
        not_whole_pages,      ///< `number` bytes
        base_out_of_range,    ///< the address `number`; `least` to `limit`
        base_not_aligned,     ///< the address `number`; a multiple of `limit` bytes
        empty_image,
        larger_than_memory,  ///< `number` bytes in a guest of `limit`
        one_of_two,          ///< it is there beside the property `text`
        of_others,           ///< it is only for guests that `text` says
        node_in_node,        ///< `text` is its name
        bad_name,
        name_too_long,  ///< `number` characters, at most `limit`
        repeated_name,
        no_guest,
        too_many_guests,   ///< `number`, at most `limit`
        too_many_regions,  ///< `number`, at most `limit`
        too_many_items,    ///< a list of `number`, at most `limit`
        repeated_item,     ///< `text` is twice in the list
        taken_item,        ///< `text` is `other`'s
        unknown_guest,     ///< `text` is no guest
        reader_is_writer,  ///< `text` is a reader and a writer
        too_few_members,   ///< `number`
        repeated_hart,     ///< hart `number` is twice in the list
        taken_hart,        ///< hart `number` is `other`'s
        unknown_hart,      ///< hart `number`; the machine has `harts`
        memory_overlaps,   ///< `range` and that of `other`, which is `other_range`
        too_few_harts,     ///< `number` wanted, and the machine has `limit`, of which others have `least`
        // Of place():
        memory_not_ram,         ///< `range`; RAM is `other_range`, among others
        memory_held,            ///< `range`, on which `held`, one claim, lies
        memory_leaves_no_heap,  ///< `range`: the hypervisor's heap would be `number` bytes short
        /// `number` bytes, for which `limit` bytes are short: of `ram` the guests before take `least`, and others
        /// what is `held`
        memory_missing,
        /// The one at the path `text`: `other` says why, and `other_range` or `held`, one claim, what is in its way
        unusable_device,
    };

    Kind kind{};
    DescriptionNode place = DescriptionNode::root;
    std::string_view node{};      ///< its name; empty for the root
    std::string_view property{};  ///< empty where it is the node itself
    uint64_t number = 0;
    uint64_t least = 0;
    uint64_t limit = 0;
    std::string_view text{};
    std::string_view other{};  ///< another guest's name
    PhysRange range{};
    PhysRange other_range{};
    std::span<const uint64_t> harts{};  ///< their ids
    std::span<const mm::Claim> held{};
    uint64_t ram = 0;  ///< bytes, all of the machine's
};

/// `linux/harts: is 9; it must be 1 to 8`
void format_value(FormatOutput& out, const DescriptionError& error);

}  // namespace hv::vm

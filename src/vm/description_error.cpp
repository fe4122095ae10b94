// What is wrong with a partition description, in words: where, the number met, and what would be right.
#include <hv/vm/description_error.hpp>

#include <hv/lib/format.hpp>

#include "description_rules.hpp"
#include "placement_text.hpp"

namespace hv::vm {
namespace {

using Kind = DescriptionError::Kind;

/// A description's own text may be of any length.
std::string_view shown(std::string_view text)
{
    constexpr size_t limit = 60;
    return text.substr(0, limit);
}

std::string_view subject_of(DescriptionNode place)
{
    switch (place) {
    case DescriptionNode::root:
        return "the root";
    case DescriptionNode::guest:
        return "a guest";
    case DescriptionNode::region:
        return "a shared region";
    }
    return "";
}

/// "linux/harts: ", "/compatible: ", "linux: ", "/: "
void write_place(FormatOutput& out, const DescriptionError& error)
{
    // A property that is not ours may have any bytes for a name: it is quoted further on.
    const std::string_view property = error.kind == Kind::unknown_property ? std::string_view{} : error.property;
    const bool slash = error.node.empty() || !property.empty();
    print(out, "{}{}{}: ", shown(error.node), slash ? "/" : "", property);
}

/// "compatible, size, writers and readers"
void write_names(FormatOutput& out, std::span<const PropertyRule> rules)
{
    for (size_t i = 0; i < rules.size(); ++i) {
        out.write(i == 0 ? "" : i + 1 == rules.size() ? " and " : ", ");
        out.write(rules[i].name);
    }
}

void write_unknown(FormatOutput& out, const DescriptionError& error)
{
    print(out, "there is no property {:?}", shown(error.property));
    if (!error.text.empty()) {
        return print(out, "; did you mean {:?}?", error.text);
    }
    print(out, "; {} has ", subject_of(error.place));
    write_names(out, rules_of(error.place));
}

/// The machine's harts by their numbers: the list has the boot hart first, which is another from boot to boot.
void write_unknown_hart(FormatOutput& out, const DescriptionError& error)
{
    print(out, "names hart {}; the machine has", error.number);
    uint64_t from = 0;
    for (size_t i = 0; i < error.harts.size(); ++i) {
        uint64_t next = UINT64_MAX;
        for (const uint64_t id : error.harts) {
            next = id >= from && id < next ? id : next;
        }
        print(out, "{}{}", i == 0 ? " " : ", ", next);
        from = next + 1;
    }
}

/// The machine has too few of what the guests before this one have taken a part of.
void write_shortage(FormatOutput& out, const DescriptionError& error)
{
    print(out, "is {}, and the machine has {}", error.number, error.limit);
    if (error.least != 0) {
        print(out, ", of which other guests take {}", error.least);
    }
}

/// Behind the place, for an error that is none of the above.
// NOLINTNEXTLINE(readability-function-size): the list of texts.
void write_what(FormatOutput& out, const DescriptionError& error)
{
    const std::string_view subject = subject_of(error.place);
    const std::string_view right = right_form_of(error.place, error.property);
    switch (error.kind) {
    case Kind::repeated_property:
        return out.write("is there twice");
    case Kind::missing_property:
        return print(out, "is missing; it must be {}", right);
    case Kind::bad_length:
        return print(out, "is {} long; it must be {}", Bytes{error.number}, right);
    case Kind::no_string:
        return print(out, "is not one string of text; it must be {}", right);
    case Kind::bad_word:
        return print(out, "is {:?}; it must be {}", shown(error.text), right);
    case Kind::no_strings:
        return print(out, "is not a list of strings; it must be {}", right);
    case Kind::bad_item:
        return print(out, "names {:?}; it must be {}", shown(error.text), right);
    case Kind::text_too_long:
        return print(out, "has {} characters; it may have {}", error.number, error.limit);
    case Kind::number_out_of_range:
        return print(out, "is {}; it must be {} to {}", error.number, error.least, error.limit);
    case Kind::size_out_of_range:
        return print(out, "is {}; it must be {} to {}", Bytes{error.number}, Bytes{error.least},
                     Bytes{error.limit});
    case Kind::not_whole_pages:
        return print(out, "is {} bytes; it must be a multiple of 4096", error.number);
    case Kind::base_out_of_range:
        return print(out, "begins at {:#x}; it must be {:#x} to {:#x}", error.number, error.least, error.limit);
    case Kind::base_not_aligned:
        return print(out, "begins at {:#x}; it must be a multiple of {}", error.number, Bytes{error.limit});
    case Kind::empty_image:
        return print(out, "is empty; it must be {}", right);
    case Kind::larger_than_memory:
        return print(out, "is {}, and the guest's memory {}", Bytes{error.number}, Bytes{error.limit});
    case Kind::one_of_two:
        return print(out, "is there beside {}; a guest has one of the two", error.text);
    case Kind::of_others:
        return print(out, "is for guests {}", error.text);
    case Kind::node_in_node:
        return print(out, "{} has properties only, not the node {:?}", subject, shown(error.text));
    case Kind::bad_name:
        return print(out, "{}'s name may have letters, digits and , . _ + - only", subject);
    case Kind::name_too_long:
        return print(out, "the name has {} characters; it may have {}", error.number, error.limit);
    case Kind::repeated_name:
        return out.write("two nodes have this name");
    case Kind::no_guest:
        return out.write("there is no guest; each guest is a child node of the root");
    case Kind::too_many_guests:
        return print(out, "there are {} guests; there may be {}", error.number, error.limit);
    case Kind::too_many_regions:
        return print(out, "there are {} shared regions; there may be {}", error.number, error.limit);
    case Kind::too_many_items:
        return print(out, "names {}; it may name {}", error.number, error.limit);
    case Kind::repeated_item:
        return print(out, "names {:?} twice", shown(error.text));
    case Kind::taken_item:
        return print(out, "names {:?}, which is {}'s", shown(error.text), error.other);
    case Kind::unknown_guest:
        return print(out, "names {:?}, which is no guest", shown(error.text));
    case Kind::reader_is_writer:
        return print(out, "names {:?}, which is one of the writers, who read too", shown(error.text));
    case Kind::too_few_members:
        return print(out, "is shared by {} guest; it must be 2 or more", error.number);
    case Kind::repeated_hart:
        return print(out, "names hart {} twice", error.number);
    case Kind::taken_hart:
        return print(out, "names hart {}, which is {}'s", error.number, error.other);
    case Kind::memory_overlaps:
        return print(out, "lies at {}, which overlaps {}'s at {}", error.range, error.other, error.other_range);
    case Kind::unknown_property:
        return write_unknown(out, error);
    case Kind::unknown_hart:
        return write_unknown_hart(out, error);
    case Kind::too_few_harts:
        return write_shortage(out, error);
    case Kind::memory_not_ram:
    case Kind::memory_held:
    case Kind::memory_leaves_no_heap:
    case Kind::memory_missing:
    case Kind::unusable_device:
        return write_placement_error(out, error);
    }
}

}  // namespace

void format_value(FormatOutput& out, const DescriptionError& error)
{
    write_place(out, error);
    write_what(out, error);
}

}  // namespace hv::vm

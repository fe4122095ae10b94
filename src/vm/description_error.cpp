// What is wrong with a partition description, in words: where, the number met, and what would be right.
#include <hv/vm/description.hpp>

#include <hv/lib/format.hpp>

#include "description_rules.hpp"

namespace hv::vm {
namespace {

using Kind = DescriptionError::Kind;

/// A description's own text may be of any length.
std::string_view shown(std::string_view text)
{
    constexpr size_t limit = 60;
    return text.substr(0, limit);
}

/// "linux/harts: ", "/compatible: ", "linux: ", "/: "
void write_place(FormatOutput& out, const DescriptionError& error)
{
    // A property that is not ours may have any bytes for a name: it is quoted further on.
    const std::string_view property = error.kind == Kind::unknown_property ? std::string_view{} : error.property;
    const bool slash = error.node.empty() || !property.empty();
    print(out, "{}{}{}: ", shown(error.node), slash ? "/" : "", property);
}

void write_unknown(FormatOutput& out, const DescriptionError& error)
{
    print(out, "there is no property {:?}", shown(error.property));
    if (error.node.empty()) {
        out.write(" for the root, which has compatible, model, #address-cells and #size-cells");
    } else if (!error.text.empty()) {
        print(out, "; did you mean {:?}?", error.text);
    } else {
        out.write("; a guest has harts, memory, kernel, initrd, bootargs, on-fault and restart-limit");
    }
}

/// The machine has too little of what the guests before this one have taken a part of.
void write_shortage(FormatOutput& out, const DescriptionError& error)
{
    if (error.kind == Kind::too_few_harts) {
        print(out, "is {}, and the machine has {}", error.number, error.limit);
    } else {
        print(out, "is {}, and the machine has {}", Bytes{error.number}, Bytes{error.limit});
    }
    if (error.least != 0 && error.kind == Kind::too_few_harts) {
        print(out, ", of which the guests before it take {}", error.least);
    } else if (error.least != 0) {
        print(out, ", of which the guests before it take {}", Bytes{error.least});
    }
}

/// Behind the place, for an error that is none of the above.
// NOLINTNEXTLINE(readability-function-size): the list of texts.
void write_what(FormatOutput& out, const DescriptionError& error)
{
    const std::string_view right = right_form_of(error.property);
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
    case Kind::text_too_long:
        return print(out, "has {} characters; it may have {}", error.number, error.limit);
    case Kind::number_out_of_range:
        return print(out, "is {}; it must be {} to {}", error.number, error.least, error.limit);
    case Kind::size_out_of_range:
        return print(out, "is {}; it must be {} to {}", Bytes{error.number}, Bytes{error.least},
                     Bytes{error.limit});
    case Kind::not_whole_pages:
        return print(out, "is {} bytes; it must be a multiple of 4096", error.number);
    case Kind::empty_image:
        return print(out, "is empty; it must be {}", right);
    case Kind::larger_than_memory:
        return print(out, "is {}, and the guest's memory {}", Bytes{error.number}, Bytes{error.limit});
    case Kind::restarts_without_restart:
        return out.write("is for guests whose on-fault is \"restart\"");
    case Kind::node_in_guest:
        return print(out, "a guest has properties only, not the node {:?}", shown(error.text));
    case Kind::bad_name:
        return out.write("a guest's name may have letters, digits and , . _ + - only");
    case Kind::name_too_long:
        return print(out, "the name has {} characters; it may have {}", error.number, error.limit);
    case Kind::repeated_name:
        return out.write("two guests have this name");
    case Kind::no_guest:
        return out.write("there is no guest; each guest is a child node of the root");
    case Kind::too_many_guests:
        return print(out, "there are {} guests; there may be {}", error.number, error.limit);
    case Kind::unknown_property:
        return write_unknown(out, error);
    case Kind::too_few_harts:
    case Kind::too_little_memory:
        return write_shortage(out, error);
    }
}

}  // namespace

std::string_view name_of(OnFault on_fault)
{
    switch (on_fault) {
    case OnFault::stop:
        return "stop";
    case OnFault::restart:
        return "restart";
    case OnFault::halt_machine:
        return "halt-machine";
    }
    return "unknown";
}

void format_value(FormatOutput& out, const DescriptionError& error)
{
    write_place(out, error);
    write_what(out, error);
}

}  // namespace hv::vm

// Why a machine has no place for a guest: what is in the way, or who holds all the memory.
#include "placement_text.hpp"

#include <algorithm>

#include <hv/lib/format.hpp>

namespace hv::vm {
namespace {

/// ", the hypervisor holds 5 MiB", and nothing for who holds nothing.
void write_share(FormatOutput& out, std::string_view& before, std::string_view who, uint64_t bytes)
{
    if (bytes != 0) {
        print(out, "{}{} {}", before, who, Bytes{bytes});
        before = ", ";
    }
}

/// What reserves a range twice counts once.
uint64_t held_by(std::span<const mm::Claim> held, mm::Holder holder)
{
    uint64_t bytes = 0;
    for (const mm::Claim& claim : held) {
        const auto again = [&](const mm::Claim& other) { return other.range.contains(claim.range); };
        if (claim.holder == holder && std::none_of(held.data(), &claim, again)) {
            bytes += claim.range.size;
        }
    }
    return bytes;
}

void write_missing(FormatOutput& out, const DescriptionError& error)
{
    using mm::Holder;
    const bool one_piece = error.place == DescriptionNode::region;
    print(out, "is {}{}, and the machine is {} bytes short: of {} of RAM", Bytes{error.number},
          one_piece ? " in one piece" : "", error.limit, Bytes{error.ram});
    std::string_view before = " ";
    write_share(out, before, "the hypervisor holds",
                held_by(error.held, Holder::hypervisor) + mm::minimum_heap_size);
    write_share(out, before, "firmware", held_by(error.held, Holder::reserved));
    write_share(out, before, "the device tree", held_by(error.held, Holder::device_tree));
    write_share(out, before, "the description", held_by(error.held, Holder::initrd));
    write_share(out, before, "other guests", held_by(error.held, Holder::guest) + error.least);
}

}  // namespace

void write_placement_error(FormatOutput& out, const DescriptionError& error)
{
    using Kind = DescriptionError::Kind;
    if (error.kind == Kind::memory_missing) {
        return write_missing(out, error);
    }
    if (error.kind == Kind::unusable_device) {
        // The path is a text of the description's, of any length and bytes.
        print(out, "{:?} {}", error.text.substr(0, 80), error.other);
        if (!error.held.empty()) {
            print(out, " {}", error.held.front());
        }
        if (!error.other_range.empty()) {
            print(out, ": {}", error.other_range);
        }
        return;
    }
    print(out, "lies at {}, ", error.range);
    if (error.kind == Kind::memory_held) {
        print(out, "which overlaps {}", error.held.front());
    } else if (error.kind == Kind::memory_leaves_no_heap) {
        print(out, "which leaves the hypervisor's heap {} bytes short of the {} that it needs", error.number,
              mm::minimum_heap_size);
    } else {
        print(out, "which is not all RAM; RAM is {}", error.other_range);
    }
}

}  // namespace hv::vm

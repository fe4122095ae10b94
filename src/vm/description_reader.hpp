// What reading any node of a partition description has in common: each property known, once, and of the right form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <hv/fdt/node.hpp>
#include <hv/vm/description.hpp>

#include "description_rules.hpp"

namespace hv::vm {

/// Reads one guest into a fresh `guest`. False where it has met an error, which `error` then holds.
[[nodiscard]] bool read_guest(fdt::Node node, GuestDescription& guest, DescriptionError& error);
/// Likewise a shared region. All guests are in `description` already.
[[nodiscard]] bool read_region(fdt::Node node, const Description& description, RegionDescription& region,
                               DescriptionError& error);

/// Each step is false where it has met an error.
class NodeReader {
public:
    NodeReader(DescriptionNode place, fdt::Node node, DescriptionError& error)
        : place_{place},
          node_{node},
          error_{error}
    {
    }

protected:
    using Kind = DescriptionError::Kind;

    /// Hands every property to `read`, with its number.
    template <typename Read>
    bool read_properties(Read read)
    {
        for (const fdt::Property& property : node_.properties()) {
            const std::optional<size_t> number = take(property);
            if (!number || !read(*number, property)) {
                return false;
            }
        }
        return true;
    }
    /// The name of a guest or region, and that it has no children.
    bool check_node();

    bool read_number(const fdt::Property& property, uint32_t least, uint32_t limit, uint32_t& number);
    /// Of whole pages, and within the limits.
    bool check_size(const fdt::Property& property, uint64_t size, uint64_t least, uint64_t limit);
    bool read_flag(const fdt::Property& property, bool& flag);
    bool read_string(const fdt::Property& property, std::string_view& text);
    /// That it holds one string or more, none of them empty.
    bool check_strings(const fdt::Property& property);

    template <typename Number>
    [[nodiscard]] bool has(Number number) const
    {
        return ((seen_ >> static_cast<unsigned>(number)) & 1) != 0;
    }
    template <typename Number>
    [[nodiscard]] std::string_view name(Number number) const
    {
        return rules_of(place_)[static_cast<size_t>(number)].name;
    }
    bool fail(Kind kind, std::string_view property = {}, uint64_t number = 0, uint64_t least = 0,
              uint64_t limit = 0);
    bool fail(Kind kind, std::string_view property, std::string_view text);
    bool fail_length(const fdt::Property& property);

private:
    /// Its number, where it is known and not there already.
    std::optional<size_t> take(const fdt::Property& property);

    DescriptionNode place_;
    fdt::Node node_;
    DescriptionError& error_;
    uint32_t seen_ = 0;  // bit n: property n
};

}  // namespace hv::vm

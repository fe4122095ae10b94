// The tables of the partition description's names, and the search in them.
#include "description_rules.hpp"

#include <algorithm>
#include <array>

namespace hv::vm {
namespace {

constexpr std::string_view nothing = "empty: a name and a semicolon";
constexpr std::string_view cell = "one cell, such as <5>";
constexpr std::string_view milliseconds = "one cell, milliseconds: <500>";
constexpr std::string_view policy = "\"stop\", \"restart\" or \"halt-machine\"";
constexpr std::string_view guests = "names of guests, such as \"linux\", \"control\"";

/// In the order of RootProperty.
constexpr std::array<PropertyRule, 6> root_rules{{
    {"compatible", "\"bulkhead,partitions\""},
    {"model", "one string"},
    {"#address-cells", "one cell"},
    {"#size-cells", "one cell"},
    {"dump-device-trees", nothing},
    {"stats", nothing},
}};

/// In the order of GuestProperty.
constexpr std::array<PropertyRule, 15> guest_rules{{
    {"harts", "one cell, such as <2>"},
    {"hart-ids", "1 to 8 cells, the ids of harts: <1 3>"},
    {"memory", "two cells, the bytes: <0x0 0x10000000> is 256 MiB; or four, the base before them"},
    {"kernel", "the image itself: /incbin/(\"Image\")"},
    {"built-in", nothing},
    {"initrd", "the file itself: /incbin/(\"initrd.cpio\")"},
    {"bootargs", "one string, such as \"console=ttyS0\""},
    {"devices", "full paths in the machine's device tree, such as \"/soc/rtc@101000\""},
    {"unsafe-dma", nothing},
    {"on-fault", policy},
    {"on-watchdog", policy},
    {"restart-limit", cell},
    {"restart-window", "one cell, seconds: <60>"},
    {"fed-watchdog", milliseconds},
    {"timer-watchdog", milliseconds},
}};

/// In the order of RegionProperty.
constexpr std::array<PropertyRule, 4> region_rules{{
    {"compatible", "\"bulkhead,shared-memory\", of a shared region; a guest has none"},
    {"size", "two cells, the bytes: <0x0 0x10000> is 64 KiB"},
    {"writers", guests},
    {"readers", guests},
}};

constexpr size_t max_length = 24;

/// How many characters must be put in, taken out or changed to make `b` of `a`. Levenshtein's distance, row by row.
size_t distance(std::string_view a, std::string_view b)
{
    std::array<size_t, max_length + 1> row{};
    for (size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::span<const PropertyRule> rules_of(DescriptionNode node)
{
    switch (node) {
    case DescriptionNode::root:
        return root_rules;
    case DescriptionNode::guest:
        return guest_rules;
    case DescriptionNode::region:
        return region_rules;
    }
    return {};
}

std::optional<size_t> property_named(DescriptionNode node, std::string_view name)
{
    const std::span<const PropertyRule> rules = rules_of(node);
    for (size_t i = 0; i < rules.size(); ++i) {
        if (rules[i].name == name) {
            return i;
        }
    }
    return {};
}

std::string_view property_like(DescriptionNode node, std::string_view name)
{
    if (name.size() > max_length) {
        return {};
    }
    std::string_view best;
    size_t best_distance = 3;
    for (const PropertyRule& rule : rules_of(node)) {
        if (const size_t d = distance(name, rule.name); d < best_distance) {
            best = rule.name;
            best_distance = d;
        }
    }
    return best;
}

std::string_view right_form_of(DescriptionNode node, std::string_view name)
{
    const std::optional<size_t> number = property_named(node, name);
    return number ? rules_of(node)[*number].right_form : std::string_view{};
}

}  // namespace hv::vm

// The tables of the partition description's names, and the search in them.
#include "description_rules.hpp"

#include <algorithm>
#include <array>

namespace hv::vm {
namespace {

struct Rule {
    std::string_view name;
    std::string_view right_form;
};

/// In the order of GuestProperty.
constexpr std::array<Rule, guest_property_count> guest_rules{{
    {"harts", "one cell, such as <2>"},
    {"memory", "two cells, the bytes: <0x0 0x10000000> is 256 MiB"},
    {"kernel", "the image itself: /incbin/(\"Image\")"},
    {"initrd", "the file itself: /incbin/(\"initrd.cpio\")"},
    {"bootargs", "one string, such as \"console=ttyS0\""},
    {"on-fault", "\"stop\", \"restart\" or \"halt-machine\""},
    {"restart-limit", "one cell, such as <5>"},
}};

constexpr std::array<std::string_view, 5> root_properties{"compatible", "model", "#address-cells", "#size-cells",
                                                          "dump-device-trees"};

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

std::string_view name_of(GuestProperty property)
{
    return guest_rules[static_cast<size_t>(property)].name;
}

std::optional<GuestProperty> guest_property_named(std::string_view name)
{
    for (size_t i = 0; i < guest_rules.size(); ++i) {
        if (guest_rules[i].name == name) {
            return static_cast<GuestProperty>(i);
        }
    }
    return {};
}

std::string_view guest_property_like(std::string_view name)
{
    if (name.size() > max_length) {
        return {};
    }
    std::string_view best;
    size_t best_distance = 3;
    for (const Rule& rule : guest_rules) {
        if (const size_t d = distance(name, rule.name); d < best_distance) {
            best = rule.name;
            best_distance = d;
        }
    }
    return best;
}

std::string_view right_form_of(std::string_view property)
{
    if (property == "compatible") {
        return "\"bulkhead,partitions\"";
    }
    const std::optional<GuestProperty> which = guest_property_named(property);
    return which ? guest_rules[static_cast<size_t>(*which)].right_form : "another";
}

bool is_root_property(std::string_view name)
{
    return std::find(root_properties.begin(), root_properties.end(), name) != root_properties.end();
}

}  // namespace hv::vm

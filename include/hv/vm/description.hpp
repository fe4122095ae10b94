// The partition description: which guests there are to be, read from a device tree that carries their images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/fdt/tree.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/static_vector.hpp>

namespace hv::vm {

/// What is done about a guest that a fault has ended.
enum class OnFault : uint8_t { stop, restart, halt_machine };

/// As a description spells it: "stop", "restart", "halt-machine".
[[nodiscard]] std::string_view name_of(OnFault on_fault);

/// One guest, as docs/partitions.md says. The views are into the description's bytes.
struct GuestDescription {
    static constexpr size_t max_name = 31;
    static constexpr uint32_t max_harts = 8;
    static constexpr uint64_t memory_unit = 4096;
    static constexpr uint64_t least_memory = uint64_t{4} << 20;
    static constexpr uint64_t most_memory = uint64_t{1} << 40;
    static constexpr size_t max_bootargs = 2047;
    static constexpr uint32_t max_restart_limit = 1'000'000;

    std::string_view name;
    uint32_t harts = 1;
    uint64_t memory = 0;  ///< bytes, a multiple of memory_unit
    std::span<const std::byte> kernel;
    std::span<const std::byte> initrd;  ///< empty: none
    std::string_view bootargs;
    OnFault on_fault = OnFault::stop;
    uint32_t restart_limit = 3;  ///< how often on_fault restarts it before it is stopped
};

/// Large: give it static storage, not a stack.
struct Description {
    static constexpr size_t max_guests = 16;
    /// A description's tree may be as large as its images make it: to be given to fdt::Tree::open.
    static constexpr uint32_t max_size = UINT32_MAX;

    StaticVector<GuestDescription, max_guests> guests;  ///< in the tree's order
    /// The guests' device trees are to be shown, and no guest is to be started.
    bool dump_device_trees = false;
};

/// What is wrong with a description: where, the number met, and what would be right.
struct DescriptionError {
    enum class Kind : uint8_t {
        unknown_property,  ///< `text` is the one that was meant, if that can be told
        repeated_property,
        missing_property,
        bad_length,  ///< `number` bytes
        no_string,
        bad_word,             ///< `text` is what stands there
        text_too_long,        ///< `number` characters, at most `limit`
        number_out_of_range,  ///< `number`; `least` to `limit`
        size_out_of_range,    ///< `number` bytes; `least` to `limit`
        not_whole_pages,      ///< `number` bytes
        empty_image,
        larger_than_memory,  ///< `number` bytes in a guest of `limit`
        restarts_without_restart,
        node_in_guest,  ///< `text` is its name
        bad_name,
        name_too_long,  ///< `number` characters, at most `limit`
        repeated_name,
        no_guest,
        too_many_guests,    ///< `number`, at most `limit`
        too_few_harts,      ///< `number` wanted, and the machine has `limit`, of which others have `least`
        too_little_memory,  ///< likewise, in bytes
    };

    Kind kind{};
    std::string_view node{};      ///< the guest's name; empty for the root
    std::string_view property{};  ///< empty where it is the node itself
    uint64_t number = 0;
    uint64_t least = 0;
    uint64_t limit = 0;
    std::string_view text{};
};

/// `linux/harts: is 9; it must be 1 to 8`
void format_value(FormatOutput& out, const DescriptionError& error);

/// Fills in `description`, which is fresh. The error is the first one met; what is in `description` then means
/// nothing. That each kernel is one, and fits, is plan_load's to say.
[[nodiscard]] Expected<void, DescriptionError> read_description(const fdt::Tree& tree, Description& description);

/// Is there enough for all guests? Each hart is one guest's. `memory` is what the machine has for guests, in bytes.
[[nodiscard]] Expected<void, DescriptionError> check_machine(const Description& description, uint64_t harts,
                                                             uint64_t memory);

}  // namespace hv::vm

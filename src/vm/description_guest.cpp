// Reads a guest of a partition description, one property at a time, and forgives nothing: a typing error must not
// be a default.
#include "description_reader.hpp"

#include <algorithm>

#include <hv/lib/bits.hpp>
#include <hv/vm/guest_tree.hpp>

namespace hv::vm {
namespace {

class GuestReader : private NodeReader {
public:
    /// `guest` is fresh.
    GuestReader(fdt::Node node, GuestDescription& guest, DescriptionError& error)
        : NodeReader{DescriptionNode::guest, node, error},
          guest_{guest}
    {
    }

    bool run();

private:
    bool read(GuestProperty which, const fdt::Property& property);
    bool read_hart_ids(const fdt::Property& property);
    bool read_memory(const fdt::Property& property);
    bool read_base(const fdt::Property& property, uint64_t base);
    bool read_image(const fdt::Property& property, std::span<const std::byte>& image);
    bool read_bootargs(const fdt::Property& property);
    bool read_devices(const fdt::Property& property);
    bool read_policy(const fdt::Property& property, OnFault& policy);

    // What can be said only when all properties are known.
    bool check_kernel();
    bool check_harts();
    bool check_devices();
    bool check_policy();
    bool check_only(GuestProperty which, bool right, std::string_view guests);

    GuestDescription& guest_;
};

bool GuestReader::run()
{
    const auto take = [this](size_t number, const fdt::Property& property) {
        return read(static_cast<GuestProperty>(number), property);
    };
    return check_node() && read_properties(take) && check_kernel() && check_harts() && check_devices() &&
           check_policy();
}

// NOLINTNEXTLINE(readability-function-size): the list of properties.
bool GuestReader::read(GuestProperty which, const fdt::Property& property)
{
    using Guest = GuestDescription;
    switch (which) {
    case GuestProperty::harts:
        return read_number(property, 1, Guest::max_harts, guest_.harts);
    case GuestProperty::hart_ids:
        return read_hart_ids(property);
    case GuestProperty::memory:
        return read_memory(property);
    case GuestProperty::kernel:
        return read_image(property, guest_.kernel);
    case GuestProperty::built_in:
        return read_flag(property, guest_.built_in);
    case GuestProperty::initrd:
        return read_image(property, guest_.initrd);
    case GuestProperty::bootargs:
        return read_bootargs(property);
    case GuestProperty::devices:
        return read_devices(property);
    case GuestProperty::unsafe_dma:
        return read_flag(property, guest_.unsafe_dma);
    case GuestProperty::on_fault:
        return read_policy(property, guest_.on_fault);
    case GuestProperty::on_watchdog:
        return read_policy(property, guest_.on_watchdog);
    case GuestProperty::restart_limit:
        return read_number(property, 1, Guest::max_restart_limit, guest_.restart_limit);
    case GuestProperty::restart_window:
        return read_number(property, 1, Guest::max_restart_window, guest_.restart_window);
    case GuestProperty::fed_watchdog:
        return read_number(property, 1, Guest::max_watchdog, guest_.fed_watchdog);
    case GuestProperty::timer_watchdog:
        return read_number(property, 1, Guest::max_watchdog, guest_.timer_watchdog);
    }
    return false;
}

bool GuestReader::read_hart_ids(const fdt::Property& property)
{
    const size_t size = property.value.size();
    if (size == 0 || size % 4 != 0 || size / 4 > GuestDescription::max_harts) {
        return fail_length(property);
    }
    for (size_t at = 0; at < size; at += 4) {
        const uint32_t id = fdt::read_be32(&property.value[at]);
        if (std::find(guest_.hart_ids.begin(), guest_.hart_ids.end(), id) != guest_.hart_ids.end()) {
            return fail(Kind::repeated_hart, property.name, id);
        }
        guest_.hart_ids.push_back(id);
    }
    return true;
}

bool GuestReader::read_memory(const fdt::Property& property)
{
    const bool with_base = property.value.size() == 16;
    if (!with_base && property.value.size() != 8) {
        return fail_length(property);
    }
    guest_.memory = fdt::read_be64(&property.value[with_base ? 8 : 0]);
    return check_size(property, guest_.memory, GuestDescription::least_memory, GuestDescription::most_memory) &&
           (!with_base || read_base(property, fdt::read_be64(property.value.data())));
}

/// The size is known, and right. Devices lie below a guest's RAM, and the hypervisor's map ends above it.
bool GuestReader::read_base(const fdt::Property& property, uint64_t base)
{
    constexpr uint64_t unit = GuestDescription::base_unit;
    constexpr uint64_t least = guest_map::ram.value();
    static_assert(least + GuestDescription::most_memory <= GuestDescription::memory_limit);
    const uint64_t most = align_down(GuestDescription::memory_limit - guest_.memory, unit);
    if (base < least || base > most) {
        return fail(Kind::base_out_of_range, property.name, base, least, most);
    }
    guest_.memory_base = PhysAddr{base};
    return base % unit == 0 || fail(Kind::base_not_aligned, property.name, base, 0, unit);
}

bool GuestReader::read_image(const fdt::Property& property, std::span<const std::byte>& image)
{
    image = property.value;
    return !image.empty() || fail(Kind::empty_image, property.name);
}

bool GuestReader::read_bootargs(const fdt::Property& property)
{
    constexpr size_t most = GuestDescription::max_bootargs;
    return read_string(property, guest_.bootargs) &&
           (guest_.bootargs.size() <= most ||
            fail(Kind::text_too_long, property.name, guest_.bootargs.size(), 0, most));
}

bool GuestReader::read_devices(const fdt::Property& property)
{
    constexpr size_t most = GuestDescription::max_devices;
    if (!check_strings(property)) {
        return false;
    }
    size_t count = 0;
    for (const std::string_view path : property.strings()) {
        ++count;
        if (path[0] != '/' || path.size() == 1) {
            return fail(Kind::bad_item, property.name, path);
        }
        if (std::find(guest_.devices.begin(), guest_.devices.end(), path) != guest_.devices.end()) {
            return fail(Kind::repeated_item, property.name, path);
        }
        static_cast<void>(guest_.devices.try_push_back(path));
    }
    return count <= most || fail(Kind::too_many_items, property.name, count, 0, most);
}

bool GuestReader::read_policy(const fdt::Property& property, OnFault& policy)
{
    std::string_view word;
    if (!read_string(property, word)) {
        return false;
    }
    for (const OnFault each : {OnFault::stop, OnFault::restart, OnFault::halt_machine}) {
        if (word == name_of(each)) {
            policy = each;
            return true;
        }
    }
    return fail(Kind::bad_word, property.name, word);
}

bool GuestReader::check_kernel()
{
    if (!has(GuestProperty::memory)) {
        return fail(Kind::missing_property, name(GuestProperty::memory));
    }
    if (!has(GuestProperty::kernel) && !guest_.built_in) {
        return fail(Kind::missing_property, name(GuestProperty::kernel));
    }
    if (has(GuestProperty::kernel) && guest_.built_in) {
        return fail(Kind::one_of_two, name(GuestProperty::built_in), name(GuestProperty::kernel));
    }
    if (!check_only(GuestProperty::initrd, !guest_.built_in, "with a kernel of their own")) {
        return false;
    }
    for (const GuestProperty which : {GuestProperty::kernel, GuestProperty::initrd}) {
        const size_t size = which == GuestProperty::kernel ? guest_.kernel.size() : guest_.initrd.size();
        if (size > guest_.memory) {
            return fail(Kind::larger_than_memory, name(which), size, 0, guest_.memory);
        }
    }
    return true;
}

bool GuestReader::check_harts()
{
    if (!has(GuestProperty::hart_ids)) {
        return true;
    }
    guest_.harts = static_cast<uint32_t>(guest_.hart_ids.size());
    return !has(GuestProperty::harts) ||
           fail(Kind::one_of_two, name(GuestProperty::hart_ids), name(GuestProperty::harts));
}

bool GuestReader::check_devices()
{
    return check_only(GuestProperty::unsafe_dma, !guest_.devices.empty(), "with devices") &&
           check_only(GuestProperty::unsafe_dma, guest_.memory_base.has_value(),
                      "whose memory has a base: without one, DMA would go to others' memory");
}

bool GuestReader::check_policy()
{
    const bool watched = has(GuestProperty::fed_watchdog) || has(GuestProperty::timer_watchdog);
    const bool restarts = guest_.on_fault == OnFault::restart || guest_.on_watchdog == OnFault::restart;
    constexpr std::string_view restarting = "whose on-fault or on-watchdog is \"restart\"";
    return check_only(GuestProperty::on_watchdog, watched, "with fed-watchdog or timer-watchdog") &&
           check_only(GuestProperty::restart_limit, restarts, restarting) &&
           check_only(GuestProperty::restart_window, restarts, restarting);
}

bool GuestReader::check_only(GuestProperty which, bool right, std::string_view guests)
{
    return right || !has(which) || fail(Kind::of_others, name(which), guests);
}

}  // namespace

bool read_guest(fdt::Node node, GuestDescription& guest, DescriptionError& error)
{
    guest.name = node.name();
    guest.harts = 1;
    guest.restart_limit = 3;
    return GuestReader{node, guest, error}.run();
}

}  // namespace hv::vm

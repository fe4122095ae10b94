// Finds the memory or the device at a guest-physical address, or else the nearest.
#include <hv/vm/guest_address_text.hpp>

#include <string_view>

#include <hv/dev/bus.hpp>
#include <hv/dev/serial_bits.hpp>

namespace hv::vm {

namespace {

std::string_view limits_of(mm::GuestAccess access)
{
    switch (access) {
    case mm::GuestAccess::read:
        return ", read-only";
    case mm::GuestAccess::read_write:
        return ", not executable";
    case mm::GuestAccess::read_execute:
        return ", not writable";
    case mm::GuestAccess::read_write_execute:
        break;
    }
    return "";
}

constexpr std::string_view ram_name = "RAM";
constexpr std::string_view uart_name = "the UART's window";
constexpr std::string_view plic_name = "the PLIC's window";

/// The nearest of what was offered, for an address that is in none of it.
class Nearest {
public:
    explicit Nearest(GuestPhysAddr address) : address_{address} {}

    void offer(GuestPhysRange range, std::string_view name)
    {
        if (range.empty()) {
            return;
        }
        const bool above = address_ < range.start;
        const uint64_t distance = above ? range.start - address_ : address_ - range.end();
        if (name_.empty() || distance < distance_) {
            distance_ = distance;
            above_ = above;
            name_ = name;
        }
    }

    void write(FormatOutput& out) const
    {
        print(out, "{} {} {}, nothing is there", Bytes{distance_}, above_ ? "below" : "past the end of", name_);
    }

private:
    GuestPhysAddr address_;
    uint64_t distance_ = 0;
    bool above_ = false;
    std::string_view name_{};
};

}  // namespace

[[gnu::cold]] void format_value(FormatOutput& out, const GuestAddressText& text)
{
    Nearest nearest{text.address};
    for (const mm::GuestRegion& region : text.regions) {
        if (region.range.contains(text.address)) {
            return print(out, "the guest's RAM{}", limits_of(region.access));
        }
        nearest.offer(region.range, ram_name);
    }
    for (const mm::GuestRegion& region : text.shared) {
        if (region.range.contains(text.address)) {
            return print(out, "a shared region{}", limits_of(region.access));
        }
        nearest.offer(region.range, "a shared region");
    }
    const dev::Place place = dev::place_of(text.address);
    switch (place.device) {
    case dev::Device::serial_port:
        if (place.offset < dev::serial_register_count) {
            return print(out, "the UART's register {}", place.offset);
        }
        return print(out, "inside {}, no register there", uart_name);
    case dev::Device::plic:
        return print(out, "in {}, at offset {:#x}", plic_name, place.offset);
    case dev::Device::none:
        break;
    }
    nearest.offer(dev::serial_port_window, uart_name);
    nearest.offer(dev::plic_window, plic_name);
    nearest.write(out);
}

}  // namespace hv::vm

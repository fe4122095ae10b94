// libFuzzer: bytes as a partition description. What is accepted keeps every promise; what is not has a message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include <hv/fdt/host_machine.hpp>
#include <hv/fdt/tree.hpp>
#include <hv/fdt/writer.hpp>
#include <hv/lib/format.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/placement.hpp>

namespace {

using namespace hv;

void need(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

/// One line, and not an endless one, of what a terminal can show.
void need_message(const auto& error)
{
    char text[1024];
    BufferSink sink{text};
    print(sink, "{}", error);
    need(!sink.text().empty() && !sink.truncated());
    for (const char c : sink.text()) {
        need(c >= ' ' && c <= '~');
    }
}

void need_sound(const vm::GuestDescription& guest, std::span<const std::byte> blob)
{
    need(!guest.name.empty() && guest.name.size() <= vm::GuestDescription::max_name);
    need(guest.harts >= 1 && guest.harts <= vm::GuestDescription::max_harts);
    need(guest.memory >= vm::GuestDescription::least_memory && guest.memory <= vm::GuestDescription::most_memory);
    need(guest.memory % vm::GuestDescription::memory_unit == 0);
    need(guest.bootargs.size() <= vm::GuestDescription::max_bootargs);
    need(guest.kernel.empty() == guest.built_in && guest.kernel.size() <= guest.memory &&
         guest.initrd.size() <= guest.memory);
    need(guest.hart_ids.empty() || guest.hart_ids.size() == guest.harts);
    need(!guest.memory_base || guest.memory_base->value() % vm::GuestDescription::base_unit == 0);
    need(!guest.memory_base || guest.memory_base->value() + guest.memory <= uint64_t{1} << 41);
    for (const auto& image : {guest.kernel, guest.initrd}) {
        need(image.empty() ||
             (image.data() >= blob.data() && image.data() + image.size() <= blob.data() + blob.size()));
    }
}

void need_sound(const vm::RegionDescription& region, size_t guests)
{
    need(region.size != 0 && region.size <= vm::RegionDescription::most);
    need(region.size % vm::RegionDescription::unit == 0);
    need(region.members.size() >= 2);
    for (const vm::RegionMember& member : region.members) {
        need(member.guest < guests);
    }
}

/// The machine's own tree: a PLIC, and three devices: a guest may have the first, with unsafe-dma the second, and
/// never the third, which is too large.
std::span<const std::byte> machine_tree()
{
    alignas(8) static std::byte room[2048];
    static const std::span<const std::byte> tree = [] {
        fdt::Writer writer{room};
        writer.begin_node("");
        writer.property_u32("#address-cells", 2);
        writer.property_u32("#size-cells", 2);
        writer.begin_node("soc");
        writer.property_u32("#address-cells", 2);
        writer.property_u32("#size-cells", 2);
        writer.property("ranges");
        writer.property_u32("interrupt-parent", 1);
        writer.begin_node("plic@c000000");
        writer.property_string("compatible", "riscv,plic0");
        writer.property_cells("reg", {0, 0xc00'0000, 0, 0x60'0000});
        writer.property_u32("phandle", 1);
        writer.property_u32("riscv,ndev", 96);
        writer.property("interrupt-controller");
        writer.property_u32("#interrupt-cells", 1);
        writer.end_node();
        uint32_t base = 0x10'1000;
        for (const char* const name : {"rtc@101000", "key@102000", "big@103000"}) {
            writer.begin_node(name);
            writer.property_cells("reg", {0, base, 0, name[0] == 'b' ? 0x800'0000U : 0x1000U});
            writer.property_u32("interrupts", base >> 12 & 15);
            writer.end_node();
            base += 0x1000;
        }
        writer.end_node();
        writer.end_node();
        const auto done = writer.finish();
        need(done.has_value());
        return *done;
    }();
    return tree;
}

/// It has what it asked for, which is never too much.
void need_sound_devices(const vm::GuestDescription& guest, const vm::GuestPlacement& placement)
{
    need(placement.devices.size() == guest.devices.size());
    for (const vm::HostDevice& device : placement.devices) {
        need(device.path == "/soc/rtc@101000" || (guest.unsafe_dma && device.path == "/soc/key@102000"));
    }
}

/// On a machine of 1 GiB each guest gets what it asked for, and nothing twice, or there is a message.
void need_sound_placement(const vm::Description& description, std::span<const uint64_t> harts)
{
    const PhysRange ram{PhysAddr{0x8000'0000}, uint64_t{1} << 30};
    const PhysRange heap{PhysAddr{0x8040'0000}, uint64_t{64} << 20};
    const mm::Claim claim{mm::Holder::initrd, {PhysAddr{0x9000'0000}, 12345}, {}};
    const auto tree = fdt::Tree::open(machine_tree());
    const auto host = std::make_unique<fdt::HostMachine>();
    need(fdt::describe_host(*tree, *host).has_value());
    const auto placement = std::make_unique<vm::Placement>();
    const vm::MachineRequest machine{
        .ram = {&ram, 1}, .claims = {&claim, 1}, .heap = heap, .harts = harts, .tree = &*tree, .host = host.get()};
    if (const auto done = vm::place(description, machine, *placement); !done) {
        need_message(done.error());
        return;
    }
    std::vector<PhysRange> taken{placement->heap, claim.range};
    taken.insert(taken.end(), placement->regions.begin(), placement->regions.end());
    for (size_t i = 0; i < description.guests.size(); ++i) {
        uint64_t size = 0;
        for (const PhysRange& block : placement->guests[i].memory) {
            size += block.size;
            taken.push_back(block);
        }
        need(size == description.guests[i].memory);
        need_sound_devices(description.guests[i], placement->guests[i]);
        need(placement->guests[i].harts.size() == description.guests[i].harts);
    }
    for (size_t i = 0; i < taken.size(); ++i) {
        need(ram.contains(taken[i]));
        for (size_t j = 0; j < i; ++j) {
            need(!taken[i].overlaps(taken[j]));
        }
    }
}

/// A machine with exactly the harts that the guests want is enough, and one with less is not.
void need_check_of_machine(const vm::Description& description)
{
    std::vector<uint64_t> harts;
    uint64_t unnamed = 0;
    for (const vm::GuestDescription& guest : description.guests) {
        harts.insert(harts.end(), guest.hart_ids.begin(), guest.hart_ids.end());
        unnamed += guest.hart_ids.empty() ? guest.harts : 0;
    }
    for (uint64_t i = 0; i < unnamed; ++i) {
        harts.push_back((uint64_t{1} << 32) + i);
    }
    need(vm::check_harts(description, harts).has_value());
    if (harts.size() <= fdt::HostMachine::max_harts) {
        need_sound_placement(description, harts);
    }
    harts.pop_back();
    const auto too_few = vm::check_harts(description, harts);
    need(!too_few);
    need_message(too_few.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const auto* first = reinterpret_cast<const std::byte*>(data);
    const std::vector<std::byte> blob{first, first + size};
    const Expected<fdt::Tree, fdt::Error> tree = fdt::Tree::open(blob, vm::Description::max_size);
    if (!tree) {
        return 0;
    }
    const auto description = std::make_unique<vm::Description>();
    if (const auto read = vm::read_description(*tree, *description); !read) {
        need_message(read.error());
        return 0;
    }
    need(!description->guests.empty());
    for (const vm::GuestDescription& guest : description->guests) {
        need_sound(guest, blob);
    }
    for (const vm::RegionDescription& region : description->regions) {
        need_sound(region, description->guests.size());
    }
    need_check_of_machine(*description);
    return 0;
}

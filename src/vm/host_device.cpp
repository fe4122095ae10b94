// Finds a device in the machine's tree, and everything that speaks against giving it away.
#include <hv/vm/host_device.hpp>

#include <algorithm>
#include <array>

#include <hv/dev/doorbell.hpp>
#include <hv/fdt/address.hpp>
#include <hv/vm/guest_image.hpp>
#include <hv/vm/guest_tree.hpp>

namespace hv::vm {
namespace {

/// Whoever has one of these has the machine, or its harts' time, interrupts or view of memory.
constexpr std::array<std::string_view, 16> system_devices{
    "sifive,clint0",     "riscv,clint0",     "riscv,aclint-mswi", "riscv,aclint-sswi",
    "sifive,plic-1.0.0", "riscv,plic0",      "riscv,imsics",      "riscv,aclint-mtimer",
    "thead,c900-plic",   "thead,c900-clint", "riscv,aplic",       "andestech,nceplic100",
    "riscv,iommu",       "riscv,pci-iommu",  "sifive,test0",      "cache"};
/// What nodes are called whose devices leave memory to their drivers, mostly by [dt] Generic Names Recommendation.
/// Not "timer": some CLINTs are called so.
constexpr std::array<std::string_view, 17> driven_names{
    "adc", "dac",   "eeprom", "flash", "gpio",   "i2c", "keyboard",           "led",     "leds",
    "pwm", "nvram", "rng",    "rtc",   "serial", "spi", "temperature-sensor", "watchdog"};
/// Whatever its name: it moves data by itself, or has it moved.
constexpr std::array<std::string_view, 7> master_properties{
    "dma-coherent", "dma-noncoherent", "dma-ranges", "dmas", "#dma-cells", "iommus", "#iommu-cells"};

bool is_one_of(std::span<const std::string_view> compatible, fdt::Node node)
{
    return std::any_of(compatible.begin(), compatible.end(),
                       [&](std::string_view each) { return node.is_compatible(each); });
}

/// A tree does not say who is a bus master: whoever is not known to be none may be one.
bool may_be_master(fdt::Node node)
{
    const auto is_named = [&](std::string_view each) { return node.base_name() == each; };
    const auto has = [&](std::string_view each) { return node.property(each).has_value(); };
    return std::none_of(driven_names.begin(), driven_names.end(), is_named) ||
           std::any_of(master_properties.begin(), master_properties.end(), has);
}

/// One device, for one guest. Each check is an empty text, or says what is wrong.
class Finder {
public:
    Finder(const fdt::Tree& tree, const fdt::HostMachine& machine, const GuestDescription& guest,
           std::string_view path)
        : tree_{tree},
          machine_{machine},
          guest_{guest},
          device_{.path = path, .registers = {}, .interrupts = {}}
    {
    }

    [[gnu::noinline]] std::string_view run();
    [[nodiscard]] const HostDevice& device() const { return device_; }
    /// What `run` speaks of: a place that is in the way.
    [[nodiscard]] PhysRange where() const { return where_; }

private:
    [[gnu::noinline]] std::string_view read_registers(fdt::Node node);
    std::string_view check_window(fdt::Node node, PhysRange window);
    [[nodiscard]] std::string_view used_by_us(PhysRange window);
    [[nodiscard]] std::string_view used_by_guest(PhysRange window);
    [[nodiscard, gnu::noinline]] bool is_shared(fdt::Node node, PhysRange window);
    [[gnu::noinline]] std::string_view read_interrupts(fdt::Node node);
    std::string_view add_interrupt(uint32_t controller, uint32_t number);
    [[nodiscard]] uint32_t interrupt_parent() const;
    bool lies_on(PhysRange other, PhysRange window)
    {
        where_ = other;
        return other.overlaps(window);
    }

    const fdt::Tree& tree_;
    const fdt::HostMachine& machine_;
    const GuestDescription& guest_;
    HostDevice device_;
    PhysRange where_{};
};

std::string_view Finder::run()
{
    const std::optional<fdt::Node> node = tree_.find(device_.path);
    if (!node || !node->is_available()) {
        return "the machine has no such device";
    }
    if (is_one_of(system_devices, *node)) {
        return "belongs to the hypervisor or the firmware";
    }
    std::string_view wrong = read_registers(*node);
    for (size_t i = 0; wrong.empty() && i != device_.registers.size(); ++i) {
        wrong = check_window(*node, window_of(device_.registers[i]));
    }
    if (!wrong.empty()) {
        return wrong;
    }
    where_ = {};
    if (!guest_.unsafe_dma && may_be_master(*node)) {
        return "may read and write memory by itself: that needs unsafe-dma";
    }
    return read_interrupts(*node);
}

std::string_view Finder::read_registers(fdt::Node node)
{
    for (size_t i = 0;; ++i) {
        const auto range = fdt::address_of(tree_, node, i);
        if (!range && range.error().kind == fdt::ErrorKind::reg_missing && i != 0) {
            return {};
        }
        if (!range || range->empty()) {
            return "has no registers that the machine can address";
        }
        if (!device_.registers.try_push_back(*range)) {
            return "has registers in more than two places";
        }
    }
}

std::string_view Finder::used_by_us(PhysRange window)
{
    for (const PhysRange& bank : machine_.ram) {
        if (lies_on(bank, window)) {
            return "is memory";
        }
    }
    if (machine_.console && lies_on(window_of(machine_.console->registers), window)) {
        return "is the hypervisor's console";
    }
    if (machine_.finisher && lies_on(window_of(*machine_.finisher), window)) {
        return "ends the machine";
    }
    if (machine_.plic && lies_on(machine_.plic->registers, window)) {
        return "is the machine's interrupt controller";
    }
    return {};
}

std::string_view Finder::used_by_guest(PhysRange window)
{
    const GuestPhysRange own[] = {{guest_map::uart.start, 4096},
                                  guest_map::plic,
                                  dev::doorbell_map::pages,
                                  GuestPhysRange::between(guest_map::shared, guest_map::ram),
                                  ram_of(guest_)};
    for (const GuestPhysRange& each : own) {
        if (lies_on({PhysAddr{each.start.value()}, each.size}, window)) {
            return "lies where the guest has its own devices or memory";
        }
    }
    return {};
}

/// Has another device registers in these pages?
bool Finder::is_shared(fdt::Node node, PhysRange window)
{
    fdt::Cursor cursor = tree_.walk();
    for (fdt::Token token = cursor.next(); token != fdt::Token::end; token = cursor.next()) {
        if (token != fdt::Token::begin_node || cursor.node() == node || !cursor.node().property("reg")) {
            continue;
        }
        for (size_t i = 0;; ++i) {
            const auto range = fdt::address_of(tree_, cursor.node(), i);
            if (!range) {
                break;
            }
            if (lies_on(*range, window)) {
                return true;
            }
        }
    }
    return false;
}

std::string_view Finder::check_window(fdt::Node node, PhysRange window)
{
    // The last page of all has no end that can be counted up to.
    constexpr PhysRange reachable{PhysAddr{0}, uint64_t{1} << 41};
    if (!reachable.contains(window)) {
        return "lies where guests have no addresses";
    }
    std::string_view wrong = used_by_us(window);
    if (wrong.empty()) {
        wrong = used_by_guest(window);
    }
    if (wrong.empty() && is_shared(node, window)) {
        wrong = "shares a page with another device";
    }
    return wrong;
}

/// [dt] interrupt-parent: the node's own, or the nearest above it that says one.
uint32_t Finder::interrupt_parent() const
{
    uint32_t parent = tree_.root().property("interrupt-parent").value_or(fdt::Property{}).u32().value_or(0);
    for (size_t end = 1; end <= device_.path.size(); ++end) {
        if (end != device_.path.size() && device_.path[end] != '/') {
            continue;
        }
        if (const auto node = tree_.find(device_.path.substr(0, end))) {
            parent = node->property("interrupt-parent").value_or(fdt::Property{}).u32().value_or(parent);
        }
    }
    return parent;
}

std::string_view Finder::add_interrupt(uint32_t controller, uint32_t number)
{
    const std::optional<fdt::Node> node = tree_.find_phandle(controller);
    const auto registers = node ? fdt::address_of(tree_, *node) : Unexpected{fdt::Error{}};
    const auto& plic = machine_.plic;
    if (!plic || !registers || registers->start != plic->registers.start || number == 0 || number > plic->sources) {
        return "has an interrupt that does not come from the machine's PLIC";
    }
    constexpr uint32_t last_doorbell = dev::doorbell_map::first_source + dev::doorbell_map::max_doorbells - 1;
    const bool is_console = machine_.console && machine_.console->interrupt == number;
    if (is_console || number == guest_map::uart_interrupt ||
        (number >= dev::doorbell_map::first_source && number <= last_doorbell)) {
        return "has an interrupt whose number is that of another device of the guest's";
    }
    return device_.interrupts.try_push_back(number) ? std::string_view{} : "has more than four interrupts";
}

std::string_view Finder::read_interrupts(fdt::Node node)
{
    constexpr size_t cell = 4;
    const auto extended = node.property("interrupts-extended");
    const auto plain = node.property("interrupts");
    if (!extended && !plain) {
        return {};
    }
    // A PLIC's interrupts take one cell.
    const std::span<const std::byte> value = (extended ? extended : plain)->value;
    const size_t entry = extended ? 2 * cell : cell;
    if (value.size() % entry != 0) {
        return "has an interrupt that does not come from the machine's PLIC";
    }
    const uint32_t parent = extended ? 0 : interrupt_parent();
    std::string_view wrong;
    for (size_t at = 0; wrong.empty() && at != value.size(); at += entry) {
        const std::byte* const cells = value.data() + at;
        wrong = extended ? add_interrupt(fdt::read_be32(cells), fdt::read_be32(cells + cell))
                         : add_interrupt(parent, fdt::read_be32(cells));
    }
    return wrong;
}

}  // namespace

Expected<HostDevice, DescriptionError> find_host_device(const fdt::Tree& tree, const fdt::HostMachine& machine,
                                                        const GuestDescription& guest, std::string_view path)
{
    Finder finder{tree, machine, guest, path};
    const std::string_view wrong = finder.run();
    if (!wrong.empty()) {
        return Unexpected{DescriptionError{.kind = DescriptionError::Kind::unusable_device,
                                           .place = DescriptionNode::guest,
                                           .node = guest.name,
                                           .property = "devices",
                                           .text = path,
                                           .other = wrong,
                                           .other_range = finder.where()}};
    }
    return finder.device();
}

}  // namespace hv::vm

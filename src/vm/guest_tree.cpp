// Writes a guest's device tree, node by node, in the order in which it is read here.
#include <hv/vm/guest_tree.hpp>

#include <algorithm>

#include <hv/dev/doorbell.hpp>
#include <hv/lib/bits.hpp>
#include <hv/lib/format.hpp>

namespace hv::vm {
namespace {

/// A node's name that is made of formatted parts: "memory@80000000".
class Name {
public:
    template <typename... Args>
    explicit Name(FormatString<std::type_identity_t<Args>...> format, const Args&... args)
    {
        print(sink_, format, args...);
    }
    Name(const Name&) = delete;
    Name& operator=(const Name&) = delete;

    // NOLINTNEXTLINE(google-explicit-constructor): it is a text.
    operator std::string_view() const { return sink_.text(); }

private:
    char text_[48]{};
    BufferSink sink_{text_};
};

class GuestTreeWriter {
public:
    GuestTreeWriter(const GuestTreeRequest& guest, std::span<std::byte> room)
        : guest_{guest},
          room_{room},
          out_{room}
    {
    }

    Expected<GuestTree, fdt::OutOfRoom> run()
    {
        out_.begin_node("");
        out_.property_string("compatible", "bulkhead,guest");
        out_.property_string("model", "bulkhead,guest");
        write_cells(2, 2);
        if (guest_.uart) {
            out_.begin_node("aliases");
            out_.property_string("serial0", Name{"/soc/serial@{:x}", guest_map::uart.start});
            out_.end_node();
        }
        write_chosen();
        write_cpus();
        for (const GuestPhysRange range : guest_.memory) {
            out_.begin_node(Name{"memory@{:x}", range.start});
            out_.property_string("device_type", "memory");
            write_reg(range);
            out_.end_node();
        }
        for (const SharedNode& shared : guest_.shared) {
            write_shared(shared);
        }
        write_soc();
        out_.end_node();
        HV_TRY(const auto bytes, out_.finish());
        tree_.bytes = room_.first(bytes.size());
        return tree_;
    }

private:
    void write_cells(uint32_t address, uint32_t size)
    {
        out_.property_u32("#address-cells", address);
        out_.property_u32("#size-cells", size);
    }
    void write_reg(GuestPhysRange range)
    {
        out_.begin_property("reg");
        out_.add_u64(range.start.value());
        out_.add_u64(range.size);
        out_.end_property();
    }

    // Phandles: two for each hart, itself and its interrupt controller, then the PLIC's, then shared regions'.
    static uint32_t phandle_of_hart(uint32_t hart) { return 1 + 2 * hart; }
    static uint32_t phandle_of_hart_interrupts(uint32_t hart) { return 2 + 2 * hart; }
    [[nodiscard]] uint32_t phandle_of_plic() const { return 1 + 2 * guest_.harts; }

    [[nodiscard]] uint32_t phandle_of_shared(unsigned doorbell) const { return phandle_of_plic() + 1 + doorbell; }

    void write_chosen();
    void write_isa();
    void write_cpu(uint32_t hart);
    void write_cpu_map();
    void write_cpus();
    void write_uart();
    void write_plic();
    // Not inlined: the names of all nodes together would be a large stack frame.
    [[gnu::noinline]] void write_shared(const SharedNode& shared);
    [[gnu::noinline]] void write_doorbell(const SharedNode& shared);
    [[gnu::noinline]] void write_device(const GuestDevice& device);
    void write_soc();

    const GuestTreeRequest& guest_;
    std::span<std::byte> room_;
    fdt::Writer out_;
    GuestTree tree_{};
};

void GuestTreeWriter::write_chosen()
{
    out_.begin_node("chosen");
    if (guest_.uart) {
        out_.property_string("stdout-path", Name{"/soc/serial@{:x}", guest_map::uart.start});
    }
    if (!guest_.bootargs.empty()) {
        out_.property_string("bootargs", guest_.bootargs);
    }
    if (!guest_.initrd.empty()) {
        out_.property_u64("linux,initrd-start", guest_.initrd.start.value());
        out_.property_u64("linux,initrd-end", guest_.initrd.end().value());
    }
    if (guest_.seeds) {
        out_.begin_property("rng-seed");
        tree_.rng_seed = out_.position();
        out_.add_bytes(guest_.seeds->rng);
        out_.end_property();
        out_.begin_property("kaslr-seed");
        tree_.kaslr_seed = out_.position();
        out_.add_u64(guest_.seeds->kaslr);
        out_.end_property();
    }
    out_.end_node();
}

/// The string, for those who know no list, and the list that took its place.
void GuestTreeWriter::write_isa()
{
    out_.begin_property("riscv,isa");
    out_.add_text("rv64");
    for (const std::string_view extension : guest_.isa_extensions) {
        if (extension.size() > 1) {
            out_.add_text("_");
        }
        out_.add_text(extension);
    }
    out_.add_string("");
    out_.end_property();
    out_.property_string("riscv,isa-base", "rv64i");
    out_.property_strings("riscv,isa-extensions", guest_.isa_extensions);
}

void GuestTreeWriter::write_cpu(uint32_t hart)
{
    out_.begin_node(Name{"cpu@{:x}", hart});
    out_.property_string("device_type", "cpu");
    out_.property_u32("reg", hart);
    out_.property_string("status", "okay");
    out_.property_string("compatible", "riscv");
    write_isa();
    if (!guest_.mmu_type.empty()) {
        out_.property_string("mmu-type", guest_.mmu_type);
    }
    const CacheBlocks& blocks = guest_.cache_blocks;
    if (blocks.management != 0) {
        out_.property_u32("riscv,cbom-block-size", blocks.management);
    }
    if (blocks.zero != 0) {
        out_.property_u32("riscv,cboz-block-size", blocks.zero);
    }
    if (blocks.prefetch != 0) {
        out_.property_u32("riscv,cbop-block-size", blocks.prefetch);
    }
    out_.property_u32("phandle", phandle_of_hart(hart));
    out_.begin_node("interrupt-controller");
    out_.property_string("compatible", "riscv,cpu-intc");
    out_.property("interrupt-controller");
    out_.property_u32("#interrupt-cells", 1);
    out_.property_u32("#address-cells", 0);
    out_.property_u32("phandle", phandle_of_hart_interrupts(hart));
    out_.end_node();
    out_.end_node();
}

void GuestTreeWriter::write_cpu_map()
{
    out_.begin_node("cpu-map");
    out_.begin_node("cluster0");
    for (uint32_t hart = 0; hart < guest_.harts; ++hart) {
        out_.begin_node(Name{"core{}", hart});
        out_.property_u32("cpu", phandle_of_hart(hart));
        out_.end_node();
    }
    out_.end_node();
    out_.end_node();
}

void GuestTreeWriter::write_cpus()
{
    out_.begin_node("cpus");
    write_cells(1, 0);
    out_.property_u32("timebase-frequency", guest_.timebase_frequency);
    for (uint32_t hart = 0; hart < guest_.harts; ++hart) {
        write_cpu(hart);
    }
    write_cpu_map();
    out_.end_node();
}

void GuestTreeWriter::write_uart()
{
    out_.begin_node(Name{"serial@{:x}", guest_map::uart.start});
    out_.property_string("compatible", "ns16550a");
    write_reg(guest_map::uart);
    out_.property_u32("clock-frequency", guest_map::uart_clock);
    if (guest_.plic_sources != 0) {
        out_.property_u32("interrupts", guest_map::uart_interrupt);
        out_.property_u32("interrupt-parent", phandle_of_plic());
    }
    out_.end_node();
}

void GuestTreeWriter::write_plic()
{
    constexpr uint32_t no_context = UINT32_MAX;
    constexpr uint32_t supervisor_external = 9;
    constexpr std::string_view compatible[] = {"sifive,plic-1.0.0", "riscv,plic0"};
    out_.begin_node(Name{"interrupt-controller@{:x}", guest_map::plic.start});
    out_.property_strings("compatible", compatible);
    write_reg(guest_map::plic);
    out_.property("interrupt-controller");
    out_.property_u32("#interrupt-cells", 1);
    out_.property_u32("#address-cells", 0);
    out_.property_u32("riscv,ndev", guest_.plic_sources);
    // Two contexts a hart. The first is its M-mode, which a guest has not: the binding's word for that is -1.
    out_.begin_property("interrupts-extended");
    for (uint32_t hart = 0; hart < guest_.harts; ++hart) {
        out_.add_u32(phandle_of_hart_interrupts(hart));
        out_.add_u32(no_context);
        out_.add_u32(phandle_of_hart_interrupts(hart));
        out_.add_u32(supervisor_external);
    }
    out_.end_property();
    out_.property_u32("phandle", phandle_of_plic());
    out_.end_node();
}

void GuestTreeWriter::write_shared(const SharedNode& shared)
{
    out_.begin_node(Name{"shared-memory@{:x}", shared.range.start});
    out_.property_string("compatible", "bulkhead,shared-memory");
    write_reg(shared.range);
    out_.property_string("bulkhead,region-name", shared.name);
    if (!shared.writable) {
        out_.property("read-only");
    }
    out_.property_u32("phandle", phandle_of_shared(shared.doorbell));
    out_.end_node();
}

void GuestTreeWriter::write_doorbell(const SharedNode& shared)
{
    const GuestPhysRange page = dev::doorbell_page(shared.doorbell);
    out_.begin_node(Name{"doorbell@{:x}", page.start});
    out_.property_string("compatible", "bulkhead,doorbell");
    write_reg(page);
    if (guest_.plic_sources != 0) {
        out_.property_u32("interrupts", dev::doorbell_source(shared.doorbell));
        out_.property_u32("interrupt-parent", phandle_of_plic());
    }
    out_.property_u32("memory-region", phandle_of_shared(shared.doorbell));
    out_.end_node();
}

/// What a guest cannot be given with the device: what the properties point to is not in its tree.
// NOLINTNEXTLINE(readability-function-size): the list of names.
bool points_elsewhere(std::string_view property)
{
    constexpr std::string_view names[] = {"reg",
                                          "interrupts",
                                          "interrupts-extended",
                                          "interrupt-parent",
                                          "interrupt-names",
                                          "phandle",
                                          "linux,phandle",
                                          "clocks",
                                          "clock-names",
                                          "resets",
                                          "reset-names",
                                          "power-domains",
                                          "dmas",
                                          "dma-names",
                                          "iommus",
                                          "iommu-map",
                                          "interrupt-map",
                                          "interrupt-map-mask",
                                          "msi-parent",
                                          "msi-map",
                                          "phys",
                                          "phy-names",
                                          "phy-handle",
                                          "memory-region",
                                          "nvmem-cells",
                                          "ranges",
                                          "dma-ranges",
                                          "reg-names",
                                          "mboxes",
                                          "hwlocks",
                                          "syscon",
                                          "thermal-sensors",
                                          "interconnects"};
    const auto ends_with = [&](std::string_view end) {
        return property.size() >= end.size() && property.substr(property.size() - end.size()) == end;
    };
    const auto is_named = [&](std::string_view each) { return each == property; };
    return std::any_of(std::data(names), std::data(names) + std::size(names), is_named) ||
           property.substr(0, 8) == "pinctrl-" || property.substr(0, 9) == "assigned-" || ends_with("-supply") ||
           ends_with("-gpio") || ends_with("-gpios");
}

void GuestTreeWriter::write_device(const GuestDevice& device)
{
    out_.begin_node(device.node.name());
    for (const fdt::Property& property : device.node.properties()) {
        if (!points_elsewhere(property.name)) {
            out_.property_bytes(property.name, property.value);
        }
    }
    out_.begin_property("reg");
    for (const PhysRange& range : device.registers) {
        out_.add_u64(range.start.value());
        out_.add_u64(range.size);
    }
    out_.end_property();
    if (!device.interrupts.empty()) {
        out_.begin_property("interrupts");
        for (const uint32_t interrupt : device.interrupts) {
            out_.add_u32(interrupt);
        }
        out_.end_property();
        out_.property_u32("interrupt-parent", phandle_of_plic());
    }
    out_.end_node();
}

void GuestTreeWriter::write_soc()
{
    if (!guest_.uart && guest_.plic_sources == 0 && guest_.shared.empty() && guest_.devices.empty()) {
        return;
    }
    out_.begin_node("soc");
    out_.property_string("compatible", "simple-bus");
    write_cells(2, 2);
    out_.property("ranges");
    if (guest_.plic_sources != 0) {
        write_plic();
    }
    if (guest_.uart) {
        write_uart();
    }
    for (const SharedNode& shared : guest_.shared) {
        write_doorbell(shared);
    }
    for (const GuestDevice& device : guest_.devices) {
        write_device(device);
    }
    out_.end_node();
}

}  // namespace

Expected<GuestTree, fdt::OutOfRoom> write_guest_tree(const GuestTreeRequest& guest, std::span<std::byte> room)
{
    return GuestTreeWriter{guest, room}.run();
}

void replace_seeds(const GuestTree& tree, const GuestSeeds& seeds)
{
    std::copy(seeds.rng.begin(), seeds.rng.end(), tree.bytes.data() + tree.rng_seed);
    store_be64(tree.bytes.data() + tree.kaslr_seed, seeds.kaslr);
}

}  // namespace hv::vm

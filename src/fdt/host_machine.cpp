// One walk over a host's device tree that gathers what the hypervisor wants to know of its machine.
#include <hv/fdt/host_machine.hpp>

#include <algorithm>

#include <hv/fdt/address.hpp>

#include "host_console.hpp"
#include "host_ram.hpp"
#include "host_wires.hpp"
#include "name_cache.hpp"

namespace hv::fdt {
namespace {

using namespace std::string_view_literals;

/// The child of the root that the walk is in, as far as it matters.
enum class Section : uint8_t { other, chosen, cpus, reserved_memory };

Section section_named(std::string_view name)
{
    if (name == "chosen") {
        return Section::chosen;
    }
    if (name == "cpus") {
        return Section::cpus;
    }
    return name == "reserved-memory" ? Section::reserved_memory : Section::other;
}

/// The walk. It goes on after an error, of which it keeps the first: to say it, a console is wanted and a finisher.
class HostReader {
public:
    /// `names` and `wires` are fresh. They lie in a stack frame of their own: with them this would be too large.
    HostReader(const Tree& tree, HostMachine& machine, NameCache& names, HostWires& wires)
        : tree_{tree},
          machine_{machine},
          names_{names},
          wires_{wires},
          path_{tree},
          node_{tree.root()}
    {
        machine.stdout_path = find_stdout_path(tree);
        console_ = tree.find(machine.stdout_path);
    }

    /// Apart from its caller, so that neither's stack frame is large.
    [[gnu::noinline]] void run();
    [[nodiscard]] const std::optional<HostMachineError>& error() const { return error_; }

private:
    void begin(Node node);
    void take(const Cursor& cursor);
    /// All properties of the node are known.
    void finish();
    /// RAM and reserved memory.
    void finish_memory();
    void finish_hart();
    void finish_hart_interrupts();
    void finish_chosen();
    void finish_device();
    void finish_plic();
    void finish_bus();
    /// Where the first entry of node_'s reg lies, if the machine can address it.
    [[nodiscard]] std::optional<PhysRange> registers() const;

    /// Says what is wrong with a property of node_.
    void fail(std::string_view property, ErrorKind detail)
    {
        if (!error_) {
            error_ = {HostMachineError::Kind::bad_property, detail, node_.name(), property, 0, 0};
        }
    }

    void add_reserved(const ReservedRange& range);
    void check_count(std::string_view things, size_t limit, size_t surplus);

    [[nodiscard]] bool has(Slot slot) const { return (present_ >> static_cast<unsigned>(slot) & 1) != 0; }
    [[nodiscard]] Property value(Slot slot) const
    {
        const Value where = has(slot) ? values_[static_cast<size_t>(slot)] : Value{};
        return {{}, tree_.bytes().subspan(where.offset, where.size)};
    }
    /// Empty where the node has no such property, or it is no string.
    [[nodiscard]] std::string_view text(Slot slot) const;
    [[nodiscard]] bool available() const;

    /// Where a value lies in the tree.
    struct Value {
        uint32_t offset = 0;
        uint32_t size = 0;
    };

    const Tree& tree_;
    HostMachine& machine_;
    NameCache& names_;
    HostWires& wires_;
    BusPath path_;
    std::optional<Node> console_;
    Node node_;
    uint32_t depth_ = 0;  // of node_; the root's is 0
    Section section_ = Section::other;
    uint32_t present_ = 0;  // which values_ node_ has, as far as it is known
    std::array<Value, slot_count> values_{};
    Hart* hart_ = nullptr;  // the one that the walk is in; null where there was no room for it
    // What there was no room for.
    size_t surplus_ram_ = 0;
    size_t surplus_reserved_ = 0;
    size_t surplus_harts_ = 0;
    std::optional<HostMachineError> error_;
};

std::string_view HostReader::text(Slot slot) const
{
    return value(slot).string().value_or(""sv);
}

bool HostReader::available() const
{
    return !has(Slot::status) || is_okay(text(Slot::status));
}

void HostReader::begin(Node node)
{
    node_ = node;
    present_ = 0;
    if (depth_ == 1) {
        section_ = section_named(node.base_name());
    }
    if (depth_ <= 2) {
        hart_ = nullptr;
    }
}

void HostReader::take(const Cursor& cursor)
{
    const Slot slot = names_.slot_of(cursor);
    if (slot == Slot::none) {
        return;
    }
    const std::span<const std::byte> value = cursor.property_value();
    present_ |= uint32_t{1} << static_cast<unsigned>(slot);
    values_[static_cast<size_t>(slot)] = {tree_.offset_of(value.data()), static_cast<uint32_t>(value.size())};
}

void HostReader::add_reserved(const ReservedRange& range)
{
    if (!machine_.reserved.try_push_back(range)) {
        ++surplus_reserved_;
    }
}

void HostReader::finish_memory()
{
    if (!has(Slot::reg)) {
        // Reserved memory of no address is a wish of the operating system's: [dt] /reserved-memory.
        if (section_ != Section::reserved_memory) {
            fail("reg", ErrorKind::reg_missing);
        }
        return;
    }
    const Bus& parent = path_[depth_ - 1];
    const Expected<RegList, ErrorKind> list = RegList::read(parent, value(Slot::reg).value);
    if (!list) {
        return fail("reg", list.error());
    }
    for (size_t i = 0; i != list->size(); ++i) {
        // /reserved-memory ought to have empty ranges; without them it means the machine's addresses as well.
        const uint32_t depth = parent.ranges != 0 ? depth_ - 1 : 0;
        const Expected<PhysRange, ErrorKind> range = path_.to_machine(depth, (*list)[i]);
        if (!range) {
            return fail("reg", range.error());
        }
        if (range->empty()) {
            continue;
        }
        if (section_ == Section::reserved_memory) {
            add_reserved({*range, node_.name(), has(Slot::no_map)});
        } else if (!add_ram(machine_, *range)) {
            ++surplus_ram_;
        }
    }
}

void HostReader::finish_hart()
{
    const Expected<RegList, ErrorKind> list = RegList::read(path_[depth_ - 1], value(Slot::reg).value);
    if (!list) {
        return fail("reg", list.error());
    }
    if (list->size() == 0) {
        return fail("reg", ErrorKind::reg_missing);
    }
    if (machine_.timebase_frequency == 0) {
        machine_.timebase_frequency = value(Slot::timebase).number().value_or(0);
    }
    Hart hart;
    hart.id = (*list)[0].address;
    hart.available = available();
    hart.isa = text(Slot::isa);
    hart.isa_extensions = value(Slot::isa_extensions).strings();
    hart.mmu_type = text(Slot::mmu_type);
    hart.cache_blocks = {value(Slot::cbom_block).u32().value_or(0), value(Slot::cboz_block).u32().value_or(0),
                         value(Slot::cbop_block).u32().value_or(0)};
    if (machine_.harts.try_push_back(hart)) {
        hart_ = &machine_.harts.back();
    } else {
        ++surplus_harts_;
    }
}

/// [dt] the RISC-V CPU binding: each hart has an interrupt controller of its own, a child of the hart's node.
void HostReader::finish_hart_interrupts()
{
    if (hart_ != nullptr && value(Slot::compatible).strings().contains("riscv,cpu-intc")) {
        hart_->interrupt_controller = value(Slot::phandle).u32().value_or(0);
    }
}

void HostReader::finish_chosen()
{
    machine_.bootargs = text(Slot::bootargs);
    machine_.rng_seed = value(Slot::rng_seed).value;
    if (!has(Slot::initrd_start) && !has(Slot::initrd_end)) {
        return;
    }
    if (!has(Slot::initrd_start) || !has(Slot::initrd_end)) {
        return fail("linux,initrd-start and -end", ErrorKind::range_incomplete);
    }
    const std::optional<uint64_t> start = value(Slot::initrd_start).number();
    const std::optional<uint64_t> end = value(Slot::initrd_end).number();
    if (!start || !end) {
        return fail(start ? "linux,initrd-end"sv : "linux,initrd-start"sv, ErrorKind::number_bad_length);
    }
    if (*end < *start) {
        return fail("linux,initrd-end", ErrorKind::range_backwards);
    }
    if (*end != *start) {
        machine_.initrd = PhysRange::between(PhysAddr{*start}, PhysAddr{*end});
    }
}

std::optional<PhysRange> HostReader::registers() const
{
    const Expected<RegList, ErrorKind> list = RegList::read(path_[depth_ - 1], value(Slot::reg).value);
    if (!list || list->size() == 0) {
        return {};
    }
    const Expected<PhysRange, ErrorKind> range = path_.to_machine(depth_ - 1, (*list)[0]);
    return range ? std::optional{*range} : std::nullopt;
}

void HostReader::finish_device()
{
    if (node_ == console_) {
        if (const std::optional<PhysRange> range = registers()) {
            machine_.console = describe_console(node_, *range);
            wires_.take_console(depth_, value(Slot::interrupts).value, value(Slot::interrupts_extended).value);
        }
    }
    const StringList compatible = value(Slot::compatible).strings();
    if (!machine_.finisher && (compatible.contains("sifive,test0") || compatible.contains("sifive,test1")) &&
        available()) {
        machine_.finisher = registers();
    }
    if (has(Slot::plic_sources) &&
        (compatible.contains("sifive,plic-1.0.0") || compatible.contains("riscv,plic0")) && available()) {
        finish_plic();
    }
    if (has(Slot::interrupts_extended) && compatible.contains("riscv,aclint-sswi") && available()) {
        wires_.take_sswi(registers(), value(Slot::interrupts_extended).value);
    }
}

void HostReader::finish_plic()
{
    if (const std::optional<PhysRange> range = registers()) {
        wires_.take_plic(*range, value(Slot::phandle), value(Slot::plic_sources),
                         value(Slot::interrupts_extended).value);
    }
}

void HostReader::finish_bus()
{
    Bus& bus = path_[depth_];
    bus = {};
    bus.ranges = has(Slot::ranges) ? tree_.offset_of(value(Slot::ranges).value.data()) : 0;
    if (has(Slot::address_cells)) {
        bus.take_address_cells(value(Slot::address_cells).value);
    }
    if (has(Slot::size_cells)) {
        bus.take_size_cells(value(Slot::size_cells).value);
    }
}

void HostReader::finish()
{
    finish_bus();
    wires_.enter(depth_, value(Slot::interrupt_parent).value);
    if (depth_ == 0) {
        return;
    }
    switch (section_) {
    case Section::chosen:
        if (depth_ == 1) {
            finish_chosen();
        }
        break;
    case Section::cpus:
        if (depth_ == 1) {
            machine_.timebase_frequency = value(Slot::timebase).number().value_or(0);
        } else if (depth_ == 2 && (text(Slot::device_type) == "cpu" || node_.base_name() == "cpu")) {
            finish_hart();
        } else if (depth_ == 3) {
            finish_hart_interrupts();
        }
        break;
    case Section::reserved_memory:
        if (depth_ == 2 && available()) {
            finish_memory();
        }
        break;
    case Section::other:
        if (depth_ == 1 && text(Slot::device_type) == "memory" && available()) {
            finish_memory();
        } else {
            finish_device();
        }
        break;
    }
}

void HostReader::check_count(std::string_view things, size_t limit, size_t surplus)
{
    if (surplus != 0 && !error_) {
        error_ = {HostMachineError::Kind::too_many, {}, {}, things, limit + surplus, limit};
    }
}

void HostReader::run()
{
    for (PhysRange range : tree_.reservations()) {
        if (!range.fits()) {
            // Of node_, the root, whose name is empty.
            fail("memreserve/", ErrorKind::reg_past_last_address);
        } else if (!range.empty()) {
            add_reserved({range, "/memreserve/", false});
        }
    }
    Cursor cursor = tree_.walk();
    uint32_t inside = 0;         // how many nodes the walk is in
    bool in_properties = false;  // of node_, and so not yet finished
    for (Token token = cursor.next(); token != Token::end; token = cursor.next()) {
        if (token == Token::property) {
            take(cursor);
            continue;
        }
        // Properties come before children, so this token ends them.
        if (in_properties) {
            finish();
        }
        in_properties = token == Token::begin_node;
        if (in_properties) {
            depth_ = inside++;
            begin(cursor.node());
        } else {
            --inside;
        }
    }
    check_count("banks of RAM", HostMachine::max_ram_banks, surplus_ram_);
    check_count("reserved ranges", HostMachine::max_reserved, surplus_reserved_);
    machine_.harts_left_out = surplus_harts_;
}

[[gnu::noinline]] std::optional<HostMachineError> read_host(const Tree& tree, HostMachine& machine,
                                                            NameCache& names, HostWires& wires)
{
    HostReader reader{tree, machine, names, wires};
    reader.run();
    return reader.error();
}

}  // namespace

Expected<void, HostMachineError> describe_host(const Tree& tree, HostMachine& machine)
{
    NameCache names;
    HostWires wires;
    const std::optional<HostMachineError> error = read_host(tree, machine, names, wires);
    wires.connect(machine);
    find_common_isa(machine.harts.span(), machine.isa);
    if (error) {
        return Unexpected{*error};
    }
    return {};
}

}  // namespace hv::fdt

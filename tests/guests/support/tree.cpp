// Reads a test guest's device tree.
#include "tree.hpp"

#include "support.hpp"

namespace guest {
namespace {

constinit std::optional<hv::fdt::Tree> opened;

hv::fdt::Node first_hart_node()
{
    const auto cpus = tree().find("/cpus");
    for (const hv::fdt::Node child : cpus->children()) {
        if (child.base_name() == "cpu") {
            return child;
        }
    }
    expect(false, "no node of a hart");
    done();
}

/// Is `name` one of the parts of "rv64imafdc_zicsr_sstc"? A single letter is looked for in the first.
bool string_names(std::string_view isa, std::string_view name)
{
    std::string_view letters = hv::fdt::before(isa, '_');
    letters.remove_prefix(4);
    if (name.size() == 1) {
        return hv::fdt::before(letters, name[0]).size() != letters.size();
    }
    while (!isa.empty()) {
        const std::string_view part = hv::fdt::before(isa, '_');
        if (part == name) {
            return true;
        }
        isa.remove_prefix(part.size() == isa.size() ? part.size() : part.size() + 1);
    }
    return false;
}

}  // namespace

void open_tree(uint64_t address)
{
    const auto* const bytes = reinterpret_cast<const std::byte*>(address);
    const auto size = hv::fdt::Tree::size_from_header({bytes, hv::fdt::Tree::header_size});
    expect(size.has_value(), "no device tree");
    if (size) {
        const auto read = hv::fdt::Tree::open({bytes, *size});
        expect(read.has_value(), "a device tree that cannot be read");
        if (read) {
            opened.emplace(*read);
            return;
        }
    }
    done();
}

const hv::fdt::Tree& tree()
{
    return *opened;
}

uint64_t ram_start()
{
    return hv::fdt::read_be64(tree().find("/memory")->property("reg")->value.data());
}

uint64_t ram_end()
{
    return ram_start() + hv::fdt::read_be64(tree().find("/memory")->property("reg")->value.data() + 8);
}

uint64_t harts()
{
    uint64_t count = 0;
    for (const hv::fdt::Node child : tree().find("/cpus")->children()) {
        count += child.base_name() == "cpu" ? 1U : 0U;
    }
    return count;
}

bool on_qemu_7()
{
    const auto bootargs = tree().find("/chosen")->property("bootargs");
    return bootargs && bootargs->string().value_or("").ends_with("qemu-7.2");
}

std::string_view isa_string()
{
    return *first_hart_node().property("riscv,isa")->string();
}

bool has_extension(std::string_view name)
{
    const bool in_string = string_names(isa_string(), name);
    if (const auto list = first_hart_node().property("riscv,isa-extensions")) {
        expect_equal(list->strings().contains(name) ? 1 : 0, in_string ? 1 : 0);
    }
    return in_string;
}

}  // namespace guest

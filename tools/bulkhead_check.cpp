// The partition checker: says of a description, and of a machine for it, what the hypervisor would say at boot.
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <hv/lib/format.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/guest_image.hpp>

#include "bulkhead_machine.hpp"

namespace {

using namespace hv;

using Blob = std::vector<std::byte>;

constexpr int right = 0;
constexpr int wrong = 1;
constexpr int bad_usage = 2;

/// Standard output.
class Output final : public Sink {
public:
    void write(std::string_view text) override { std::fwrite(text.data(), 1, text.size(), stdout); }
};

template <typename... Args>
void say(FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    Output out;
    print(out, format, args...);
    std::fputc('\n', stdout);
}

/// As the hypervisor says it.
template <typename Error>
int refuse(const Error& error)
{
    say("cannot boot: {}", error);
    return wrong;
}

std::optional<Blob> read_file(const char* path)
{
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) {
        std::fprintf(stderr, "bulkhead-check: %s cannot be read\n", path);
        return {};
    }
    Blob bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

/// False where there is none in the file; why is said.
bool read_machine(const char* path, tools::Machine& machine)
{
    auto bytes = read_file(path);
    if (!bytes) {
        return false;
    }
    machine.tree = std::move(*bytes);
    const auto tree = fdt::Tree::open(machine.tree);
    if (!tree) {
        std::fprintf(stderr, "bulkhead-check: %s is no device tree\n", path);
        return false;
    }
    if (const auto described = fdt::describe_host(*tree, machine.host); !described) {
        say("the device tree {} cannot be used: {}", path, described.error());
        return false;
    }
    return true;
}

const char* plural(size_t count)
{
    return count == 1 ? "" : "s";
}

int accept(const vm::Description& description, bool has_machine)
{
    size_t harts = 0;
    uint64_t memory = 0;
    for (const vm::GuestDescription& guest : description.guests) {
        harts += guest.harts;
        memory += guest.memory;
    }
    const size_t guests = description.guests.size();
    const size_t regions = description.regions.size();
    say("right: {} guest{}, {} hart{}, {} of memory, {} shared region{}", guests, plural(guests), harts,
        plural(harts), Bytes{memory}, regions, plural(regions));
    if (!has_machine) {
        say("whether a machine has all that is told with --machine MACHINE.dtb");
    }
    return right;
}

/// What the boot checks, in its order. `machine` is null where there is none.
int check(const char* path, const Blob& bytes, tools::Machine* machine)
{
    if (machine != nullptr) {
        if (const auto completed = tools::complete(*machine, bytes.size()); !completed) {
            return refuse(completed.error());
        }
    }
    const auto tree = fdt::Tree::open(bytes, vm::Description::max_size);
    if (!tree) {
        say("cannot boot: {} is no partition description: {}", path, tree.error());
        return wrong;
    }
    const auto description = std::make_unique<vm::Description>();
    if (const auto read = vm::read_description(*tree, *description); !read) {
        return refuse(read.error());
    }
    if (machine != nullptr) {
        if (const auto fits = tools::check(*machine, *description); !fits) {
            return refuse(fits.error());
        }
    }
    // The built-in kernel is an instruction here: it fits wherever a guest has the least memory.
    constexpr std::byte built_in[4]{std::byte{0x13}};
    for (const vm::GuestDescription& guest : description->guests) {
        if (const auto plan = vm::plan_load(guest, built_in); !plan) {
            return refuse(plan.error());
        }
    }
    return accept(*description, machine != nullptr);
}

int check(const char* path, const char* machine_path)
{
    const auto bytes = read_file(path);
    if (!bytes) {
        return bad_usage;
    }
    if (machine_path == nullptr) {
        return check(path, *bytes, nullptr);
    }
    const auto machine = std::make_unique<tools::Machine>();
    return read_machine(machine_path, *machine) ? check(path, *bytes, machine.get()) : bad_usage;
}

constexpr const char* usage =
    "usage: tools/bulkhead-check [--machine MACHINE.dtb] SYSTEM.dtb\n"
    "\n"
    "Says what is wrong with a partition description, in the words that the hypervisor has for it at boot.\n"
    "With a machine's device tree, as qemu-system-riscv64 -machine virt,dumpdtb=MACHINE.dtb with the options of\n"
    "that machine writes it, also whether it has the harts, the memory and the devices that the guests are to "
    "get.\n"
    "docs/partitions.md says what may stand in a description. Each may also be device-tree source, *.dts.\n"
    "The status is 0 where all is right, 1 where it is not, 2 where this cannot be told.\n";

}  // namespace

int main(int argc, char** argv)
try {
    const char* path = nullptr;
    const char* machine = nullptr;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--help") {
            std::fputs(usage, stdout);
            return right;
        }
        if (word == "--machine" && i + 1 < argc) {
            machine = argv[++i];
        } else if (!word.empty() && word[0] != '-' && path == nullptr) {
            path = argv[i];
        } else {
            path = nullptr;
            break;
        }
    }
    if (path == nullptr) {
        std::fputs(usage, stderr);
        return bad_usage;
    }
    return check(path, machine);
} catch (const std::exception& failure) {
    std::fprintf(stderr, "bulkhead-check: %s\n", failure.what());
    return bad_usage;
}

// libFuzzer: bytes as a partition description. What is accepted keeps every promise; what is not has a message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include <hv/lib/format.hpp>
#include <hv/vm/description.hpp>

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
    char text[512];
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
    need(!guest.kernel.empty() && guest.kernel.size() <= guest.memory && guest.initrd.size() <= guest.memory);
    for (const auto& image : {guest.kernel, guest.initrd}) {
        need(image.empty() ||
             (image.data() >= blob.data() && image.data() + image.size() <= blob.data() + blob.size()));
    }
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
    uint64_t harts = 0;
    uint64_t memory = 0;
    for (const vm::GuestDescription& guest : description->guests) {
        need_sound(guest, blob);
        harts += guest.harts;
        memory += guest.memory;
    }
    need(vm::check_machine(*description, harts, memory).has_value());
    for (const auto& fits :
         {vm::check_machine(*description, harts - 1, memory), vm::check_machine(*description, harts, memory - 1)}) {
        need(!fits);
        need_message(fits.error());
    }
    return 0;
}

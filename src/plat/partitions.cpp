// From a description to guests: memory, harts, images and device trees, everything checked before any guest starts.
#include <hv/plat/partitions.hpp>

#include <algorithm>

#include <hv/arch/heap.hpp>
#include <hv/arch/image.hpp>
#include <hv/arch/panic.hpp>
#include <hv/arch/probe.hpp>
#include <hv/arch/zero.hpp>
#include <hv/lib/bits.hpp>
#include <hv/mm/purpose_scope.hpp>
#include <hv/vm/guest_image.hpp>
#include <hv/vm/guest_isa.hpp>
#include <hv/vm/guest_tree.hpp>

extern "C" {
extern const std::byte builtin_guest[];  // src/guest/image.S
extern const std::byte builtin_guest_end[];
}

namespace hv::plat {
namespace {

constexpr uint64_t builtin_guest_memory = 4 * 1024 * 1024;
uint64_t room_for(const vm::GuestDescription& guest)
{
    return align_up(guest.memory, mm::guest_alignment);
}

uint64_t room_for_all(const vm::Description& description)
{
    uint64_t room = 0;
    for (const vm::GuestDescription& guest : description.guests) {
        room += room_for(guest);
    }
    return room;
}

/// The views in `guests` are into the blob, which stays where it is for life.
void read(Partitions& partitions, PhysRange blob)
{
    if (!arch::is_readable(blob)) {
        partitions.error = fdt::Error{fdt::ErrorKind::unreadable, 0};
        return;
    }
    const std::span bytes{reinterpret_cast<const std::byte*>(blob.start.value()), blob.size};
    const auto tree = fdt::Tree::open(bytes, vm::Description::max_size);
    if (!tree) {
        partitions.error = tree.error();
        return;
    }
    if (const auto done = vm::read_description(*tree, partitions.description); !done) {
        partitions.description_error = done.error();
    }
}

[[gnu::noinline]] void check(const Partitions& partitions, const Board& board, const mm::GuestPlace& memory,
                             std::span<arch::HartRecord* const> harts)
{
    StaticVector<uint64_t, fdt::HostMachine::max_harts> ids;
    for (const arch::HartRecord* hart : harts) {
        ids.push_back(hart->id);
    }
    if (partitions.error) {
        arch::refuse_to_boot("the initrd at {} is no partition description: {}", board.machine.initrd->start,
                             *partitions.error);
    }
    if (partitions.description_error) {
        arch::refuse_to_boot("{}", *partitions.description_error);
    }
    if (memory.blocks.empty()) {
        arch::refuse_to_boot("no room for {} of guest memory: neither above the heap {} nor at its end",
                             Bytes{room_for_all(partitions.description)}, memory.heap);
    }
    if (const auto fits = vm::check_harts(partitions.description, ids.span()); !fits) {
        arch::refuse_to_boot("{}", fits.error());
    }
    if (const auto fits = vm::check_memory(partitions.description, memory.size()); !fits) {
        arch::refuse_to_boot("{}", fits.error());
    }
}

arch::GuestCpuSettings settings_for(const vm::GuestIsa& isa, const vm::HartFeatures& features,
                                    GuestPhysRange memory, size_t index)
{
    if (features.smallest_mode_for(memory.end()) != isa::PagingMode::sv39) {
        arch::refuse_to_boot("this machine has no stage 2 Sv39x4, which every guest runs with");
    }
    return {
        .henvcfg = isa.henvcfg,
        .hstateen0 = isa.hstateen0,
        .hcounteren = isa.hcounteren,
        .has_sstc = isa.has("sstc"),
        .has_stimecmp = features.sstc,
        .has_floating_point = isa.fp,
        .has_vector = isa.vector,
        .vmid = static_cast<uint16_t>((index + 1) & low_mask(features.vmid_bits)),
    };
}

/// All of the guest's memory, out of as many of the machine's blocks as it takes.
void give_memory(arch::GuestPlan& plan, mm::GuestPlace& left)
{
    GuestPhysRange missing = plan.memory;
    while (!missing.empty()) {
        // What is over in the guest's last large page is nobody's.
        const PhysRange block = left.take(align_up(missing.size, mm::guest_alignment));
        const uint64_t size = std::min(block.size, missing.size);
        plan.regions.push_back({{missing.start, size}, block.start, mm::GuestAccess::read_write_execute});
        missing = {missing.start + size, missing.size - size};
    }
}

/// The boot hart and the others, in memory that stays.
std::span<arch::HartRecord* const> all_harts(std::span<arch::HartRecord* const> others)
{
    auto& all = *new Vector<arch::HartRecord*>;
    all.push_back(&boot_hart);
    for (arch::HartRecord* hart : others) {
        all.push_back(hart);
    }
    return all.span();
}

/// What the description alone decides.
void fill_plan(arch::GuestPlan& plan, const vm::GuestDescription& description)
{
    plan.name = description.name;
    plan.on_fault = description.on_fault;
    plan.restart_limit = description.restart_limit;
    plan.memory = vm::ram_of(description);
    const auto images = vm::plan_load(description, {builtin_guest, builtin_guest_end});
    if (!images) {
        arch::refuse_to_boot("{}", images.error());
    }
    plan.images = *images;
    plan.tree.harts = description.harts;
    plan.tree.memory = {&plan.memory, 1};
    plan.tree.bootargs = description.bootargs;
    plan.tree.initrd = images->initrd;
    plan.tree.plic_sources = dev::Plic::last_source;
}

}  // namespace

void find_partitions(Partitions& partitions, const Board& board)
{
    partitions.seeds = vm::SeedSource::from(board.machine.rng_seed);
    if (board.machine.initrd) {
        read(partitions, *board.machine.initrd);
        return;
    }
    vm::GuestDescription hello;
    hello.name = "hello";
    hello.harts = 1;
    hello.memory = builtin_guest_memory;
    hello.built_in = true;
    partitions.description.guests.push_back(hello);
}

mm::GuestPlace place_guests(const Partitions& partitions, const Board& board, PhysRange heap)
{
    const uint64_t size = room_for_all(partitions.description);
    const auto place = find_guest_memory(board, heap, size);
    return size != 0 && place ? *place : mm::GuestPlace{.blocks = {}, .heap = heap};
}

Vector<arch::Guest*> make_guests(const Partitions& partitions, const Board& board, const vm::HartFeatures& features,
                                 const mm::GuestPlace& memory, std::span<arch::HartRecord* const> others)
{
    const mm::PurposeScope scope{arch::heap(), mm::HeapPurpose::guests};
    std::span<arch::HartRecord* const> harts = all_harts(others);
    check(partitions, board, memory, harts);
    auto& isa = *new vm::GuestIsa{};
    vm::derive_guest_isa(board.machine.isa, features, isa);
    Vector<arch::Guest*> guests;
    mm::GuestPlace left = memory;
    for (const vm::GuestDescription& description : partitions.description.guests) {
        auto& plan = *new arch::GuestPlan{};
        plan.harts = harts.first(description.harts);
        harts = harts.subspan(description.harts);
        fill_plan(plan, description);
        give_memory(plan, left);
        plan.tree.isa_extensions = isa.extensions.span();
        plan.tree.mmu_type = isa.mmu_type;
        plan.tree.cache_blocks = isa.cache_blocks;
        plan.tree.timebase_frequency = static_cast<uint32_t>(board.machine.timebase_frequency);
        plan.host_access.zero = arch::zero_by_blocks;
        plan.seeds = partitions.seeds ? &*partitions.seeds : nullptr;
        plan.cpu = settings_for(isa, features, plan.memory, guests.size());
        guests.push_back(new arch::Guest{plan});
    }
    return guests;
}

void seal_heap()
{
    mm::BumpAllocator& heap = arch::heap();
    heap.seal();
    arch::println("hypervisor: {} of image, {} of heap", Bytes{arch::image_range().size},
                  Bytes{heap.statistics().used});
}

void start_guests(std::span<arch::Guest* const> guests)
{
    for (const arch::Guest* guest : guests) {
        for (const arch::HartRecord* hart : guest->plan().harts) {
            if (hart->online.load() == 0) {
                arch::refuse_to_boot("guest {}: hart {}, which it was to run on, does not run", guest->name(),
                                     hart->id);
            }
        }
    }
    for (arch::Guest* guest : guests) {
        const arch::GuestPlan& plan = guest->plan();
        arch::println("guest {}: {} of memory at {}, {} hart{}, {}", plan.name, Bytes{plan.memory.size},
                      plan.regions[0].host, plan.harts.size(), plan.harts.size() == 1 ? "" : "s",
                      plan.images.format);
        guest->start();
    }
}

void dump_device_trees(std::span<arch::Guest* const> guests)
{
    constexpr size_t bytes_a_line = 32;
    for (arch::Guest* guest : guests) {
        std::span<const std::byte> tree = guest->write_tree();
        arch::println("device tree of {}: {} bytes", guest->name(), tree.size());
        while (!tree.empty()) {
            arch::ConsoleLine line;
            print(line, "dtb: ");
            const std::span part = tree.first(std::min(tree.size(), bytes_a_line));
            for (const std::byte byte : part) {
                print(line, "{:02x}", static_cast<uint8_t>(byte));
            }
            print(line, "\n");
            tree = tree.subspan(part.size());
        }
    }
}

}  // namespace hv::plat

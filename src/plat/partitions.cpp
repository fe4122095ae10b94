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
#include <hv/plat/shared_memory.hpp>
#include <hv/vm/guest_image.hpp>
#include <hv/vm/guest_isa.hpp>
#include <hv/vm/guest_tree.hpp>

#include "owners.hpp"

extern "C" {
extern const std::byte builtin_guest[];  // src/guest/image.S
extern const std::byte builtin_guest_end[];
}

namespace hv::plat {
namespace {

constexpr uint64_t builtin_guest_memory = 4 * 1024 * 1024;

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

void check(const Partitions& partitions, const Board& board)
{
    if (partitions.error) {
        arch::refuse_to_boot("the initrd at {} is no partition description: {}", board.machine.initrd->start,
                             *partitions.error);
    }
    if (partitions.description_error) {
        arch::refuse_to_boot("{}", *partitions.description_error);
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

/// What the table of owners says is the guest's.
[[gnu::noinline]] void give_what_it_owns(arch::GuestPlan& plan, const mm::OwnershipTable& owners, size_t guest)
{
    for (const mm::GuestView& view : owners.views_of(guest)) {
        if (view.is_device) {
            plan.windows.push_back(view.region);
        } else if (owners.at(view.region.host).owner.kind == mm::Owner::Kind::shared) {
            plan.shared.push_back(view.region);
        } else {
            plan.regions.push_back(view.region);
        }
    }
    plan.memory = GuestPhysRange::between(plan.regions.front().range.start, plan.regions.back().range.end());
}

/// Interrupts and nodes of the guest's devices, whose windows it has.
[[gnu::noinline]] void join_devices(const vm::GuestPlacement& placement, const fdt::Tree& tree,
                                    arch::GuestPlan& plan)
{
    for (const vm::HostDevice& found : placement.devices) {
        const auto& device = *new vm::HostDevice{found};
        for (const uint32_t interrupt : device.interrupts) {
            plan.interrupts.push_back(interrupt);
        }
        plan.devices.push_back({*tree.find(device.path), device.registers.span(), device.interrupts.span()});
    }
    plan.tree.devices = plan.devices.span();
}

/// The records of the guest's harts, in memory that stays.
std::span<arch::HartRecord* const> harts_of(const mm::OwnershipTable& owners, size_t guest,
                                            std::span<arch::HartRecord* const> all)
{
    auto& harts = *new Vector<arch::HartRecord*>;
    for (const mm::OwnedNumber& owned : owners.harts()) {
        for (arch::HartRecord* hart : all) {
            if (hart->id == owned.number && owned.owner == mm::Owner::guest(guest)) {
                harts.push_back(hart);
            }
        }
    }
    return harts.span();
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

/// What the description decides besides.
[[gnu::noinline]] void fill_plan(arch::GuestPlan& plan, const vm::GuestDescription& description)
{
    plan.name = description.name;
    const auto images = vm::plan_load(description, {builtin_guest, builtin_guest_end});
    if (!images) {
        arch::refuse_to_boot("{}", images.error());
    }
    plan.images = *images;
    plan.tree.harts = static_cast<uint32_t>(plan.harts.size());
    plan.tree.memory = {&plan.memory, 1};
    plan.tree.bootargs = description.bootargs;
    plan.tree.initrd = images->initrd;
    plan.tree.plic_sources = dev::Plic::last_source;
}

/// What becomes of the guest when it fails, in ticks of the machine's time.
void fill_policy(arch::GuestPlan& plan, const vm::GuestDescription& description, uint64_t ticks_per_second)
{
    plan.policy = {
        .on_fault = description.on_fault,
        .on_watchdog = description.on_watchdog,
        .restart_limit = description.restart_limit,
        .restart_window = description.restart_window,
        .ticks_per_second = ticks_per_second,
    };
    const auto ticks_of = [&](uint32_t ms) {
        return ms == 0 ? 0 : std::max<uint64_t>(ms * ticks_per_second / 1000, 1);
    };
    plan.fed_watchdog = ticks_of(description.fed_watchdog);
    plan.timer_watchdog = ticks_of(description.timer_watchdog);
}

}  // namespace

void find_partitions(Partitions& partitions, const Board& board)
{
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

PhysRange place_guests(Partitions& partitions, const Board& board, PhysRange heap)
{
    partitions.harts.push_back(boot_hart.id);
    for (const fdt::Hart& hart : board.machine.harts) {
        if (hart.available && hart.id != boot_hart.id) {
            static_cast<void>(partitions.harts.try_push_back(hart.id));
        }
    }
    if (partitions.error || partitions.description_error) {
        return heap;
    }
    const vm::MachineRequest machine{.ram = board.machine.ram.span(),
                                     .claims = board.claims.span(),
                                     .heap = heap,
                                     .harts = partitions.harts.span(),
                                     .tree = &*board.tree,
                                     .host = &board.machine};
    if (const auto placed = vm::place(partitions.description, machine, partitions.placement); !placed) {
        partitions.description_error = placed.error();
        return heap;
    }
    return partitions.placement.heap;
}

Vector<arch::Guest*> make_guests(Partitions& partitions, const Board& board, const vm::HartFeatures& features,
                                 std::span<arch::HartRecord* const> others)
{
    check(partitions, board);
    const mm::PurposeScope scope{arch::heap(), mm::HeapPurpose::guests};
    partitions.seeds = vm::SeedSource::from(board.machine.rng_seed);
    make_owners(partitions, board);
    const mm::OwnershipTable& owners = partitions.owners;
    std::span<arch::HartRecord* const> harts = all_harts(others);
    vm::GuestIsa& isa = partitions.isa;
    vm::derive_guest_isa(board.machine.isa, features, isa);
    const SharedRegions regions = make_shared_regions(partitions.description, partitions.placement);
    Vector<arch::Guest*> guests;
    for (const vm::GuestDescription& description : partitions.description.guests) {
        arch::GuestPlan& plan = partitions.plans[guests.size()];
        plan.harts = harts_of(owners, guests.size(), harts);
        give_what_it_owns(plan, owners, guests.size());
        fill_plan(plan, description);
        fill_policy(plan, description, board.machine.timebase_frequency);
        plan.shows_digests = partitions.description.stats;
        join_regions(partitions.description, regions, guests.size(), plan);
        join_devices(partitions.placement.guests[guests.size()], *board.tree, plan);
        plan.tree.isa_extensions = isa.extensions.span();
        plan.tree.mmu_type = isa.mmu_type;
        plan.tree.cache_blocks = isa.cache_blocks;
        plan.tree.timebase_frequency = static_cast<uint32_t>(board.machine.timebase_frequency);
        plan.host_access.zero = arch::zero_by_blocks;
        plan.seeds = partitions.seeds ? &*partitions.seeds : nullptr;
        plan.cpu = settings_for(isa, features, plan.memory, guests.size());
        arch::make_vcpus(plan.harts);
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

// Building a guest's stage-2 table, loading its images, and how it starts.
#include <hv/arch/guest.hpp>

#include <algorithm>
#include <array>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/table_memory.hpp>
#include <hv/lib/bits.hpp>
#include <hv/lib/panic.hpp>
#include <hv/mm/page_table.hpp>
#include <hv/mm/purpose_scope.hpp>

namespace hv::arch {

constinit HostCompletion complete_host_interrupt = nullptr;

namespace {

/// No guest's addresses reach past Sv39x4's, which every hart with the H extension has; a base is checked.
static_assert(vm::guest_map::ram.value() + vm::GuestDescription::most_memory <= uint64_t{1} << 41);

/// A ring of exits, and in the room that its alignment leaves behind it the vCPU whose they are.
struct alignas(vm::ExitRing) VcpuWithRing {
    std::array<vm::ExitRecord, vm::exit_ring_size> records{};
    Vcpu vcpu{};
};
static_assert(offsetof(VcpuWithRing, records) == 0 && sizeof(VcpuWithRing) == sizeof(vm::ExitRing));

isa::Hgatp build_stage_2(const GuestPlan& plan)
{
    const mm::PurposeScope scope{heap(), mm::HeapPurpose::page_tables};
    HeapFrames frames;
    DirectMemory memory;
    auto table = mm::PageTable<isa::Sv39x4, HeapFrames, DirectMemory>::create(frames, memory);
    if (!table) {
        panic("cannot make a guest's page table: {}", table.error());
    }
    for (const std::span<const mm::GuestRegion> regions :
         {plan.regions.span(), plan.shared.span(), plan.windows.span()}) {
        for (const mm::GuestRegion& region : regions) {
            const auto flush = table->map(region.range, region.host, region.access);
            if (!flush) {
                panic("cannot map {} for a guest: {}", region.range, flush.error());
            }
            flush->not_owed_for_unused_table();
        }
    }
    using isa::Hgatp;
    // A hart runs one guest for life, so that guests on different harts may share a number.
    return Hgatp{}
        .with(Hgatp::mode, isa::PagingMode::sv39)
        .with(Hgatp::vmid, plan.cpu.vmid)
        .with(Hgatp::ppn, table->root().value() >> 12);
}

std::span<std::byte> make_tree_room(size_t size)
{
    return {static_cast<std::byte*>(heap().allocate(size, alignof(uint64_t))), size};
}

/// Calls `step` with the offset and the size of each piece of so many bytes. In between, the vCPU's hart does what
/// others ask of it, and the operator; nullptr: it is another one's yet.
template <typename Step>
void in_pieces(uint64_t size, Vcpu* vcpu, Step step)
{
    constexpr uint64_t most = uint64_t{16} << 20;
    for (uint64_t done = 0; done < size; done += most) {
        step(done, std::min(most, size - done));
        if (vcpu != nullptr) {
            // Nobody can stop a guest that is ending, and who pauses it does so from its start on.
            static_cast<void>(serve_interrupts(*vcpu));
        }
    }
}

}  // namespace

void make_vcpus(std::span<HartRecord* const> harts)
{
    for (HartRecord* hart : harts) {
        auto* const made = new VcpuWithRing{};
        hart->guest.vcpu = &made->vcpu;
        hart->guest.ring = &made->records;
        hart->guest.next_record = made->records.data();
    }
}

Guest::Guest(const GuestPlan& plan)
    : wires_{&plic_},
      serial_port_{wires_},
      plic_{static_cast<unsigned>(plan.harts.size())},
      plan_{plan},
      memory_{plan.regions.span(), plan.host_access},
      hart_states_{static_cast<unsigned>(plan.harts.size())},
      tree_room_{make_tree_room(vm::guest_tree_room_for(plan.tree))},
      policy_{plan.policy}
{
    for (HartRecord* hart : plan.harts) {
        Vcpu* const vcpu = hart->guest.vcpu;
        vcpu->guest = this;
        vcpu->hart = hart;
        vcpu->index = vcpus_.size();
        vcpu->timer_watchdog = vm::TimerWatchdog{plan.timer_watchdog};
        vcpu->watched = plan.timer_watchdog != 0 || (plan.fed_watchdog != 0 && vcpu->index == 0);
        vcpus_.push_back(vcpu);
        hart->guest.guest = this;
        hart->guest.hart_id = vcpu->index;
    }
    for (DoorbellLine* line : plan.doorbells) {
        line->guest = this;
    }
    join_the_others();
}

void Guest::map_memory()
{
    hgatp_ = build_stage_2(plan_);
}

std::span<const std::byte> Guest::write_tree()
{
    vm::GuestTreeRequest request = plan_.tree;
    if (plan_.seeds != nullptr) {
        request.seeds = plan_.seeds->seeds_for(plan_.name, starts_);
    }
    if (tree_.bytes.empty()) {
        const auto tree = vm::write_guest_tree(request, tree_room_);
        if (!tree) {
            panic("the device tree of guest {} does not fit {}", plan_.name, Bytes{tree_room_.size()});
        }
        tree_ = *tree;
    } else if (request.seeds) {
        vm::replace_seeds(tree_, *request.seeds);
    }
    return tree_.bytes;
}

void Guest::load_images()
{
    // plan_load() has made sure that it all fits.
    const auto check = [&](const auto& done) {
        if (!done) {
            panic("guest {}: its images do not fit its memory: {}", plan_.name, done.error());
        }
    };
    Vcpu* const vcpu = starts_ == 0 ? nullptr : vcpus_[0];
    in_pieces(plan_.memory.size, vcpu, [&](uint64_t from, uint64_t size) {
        check(memory_.zero({plan_.memory.start + from, size}));
    });
    for (const vm::LoadPiece& piece : plan_.images.pieces) {
        in_pieces(piece.source.size(), vcpu, [&](uint64_t from, uint64_t size) {
            check(memory_.copy_in(piece.target + from, piece.source.subspan(from, size)));
        });
    }
    check(memory_.copy_in(plan_.images.tree.start, write_tree()));
}

void Guest::start()
{
    load_images();
    starts_++;
    hart_states_.stop_all();
    for (Vcpu* vcpu : vcpus_.span()) {
        vcpu->digest_shown = false;
    }
    // The serial port and the doorbells drive the PLIC: they lower their lines first.
    const dev::Effects line = serial_port_.reset();
    reset_doorbells(*this);
    static_cast<void>(plic_.reset());
    wires_.console.channel.set_ended(false);
    if (line.has_input_room()) {
        console_input_wanted(*this);
    }
    const uint64_t now = read_csr<isa::Csr::time>();
    time_delta_ = 0 - now;
    started_at_ = now;
    policy_.started(now);
    feed();
    vcpus_out_ = 0;
    ending_ = GuestEnding::none;
    const vm::HartEntry entry{plan_.images.entry, plan_.images.tree.start.value()};
    require(hart_states_.request_start(0, entry), "guest {}: vCPU 0 is not stopped", plan_.name);
    send_request(*vcpus_[0], request::start);
    obey_late_stop();
}

void Guest::settle(dev::Effects effects)
{
    if (effects.harts() != 0) {
        send_requests(*this, effects.harts(), request::external_interrupt);
    }
    if (effects.has_more()) {
        settle_more(effects);
    }
}

void Guest::settle_more(dev::Effects effects)
{
    if (const uint32_t source = effects.completed_source(); source != 0) {
        complete_host_interrupt(source);
    }
    if (effects.has_input_room()) {
        console_input_wanted(*this);
    }
}

}  // namespace hv::arch

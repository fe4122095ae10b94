// Building a guest's stage-2 table, loading its images, and how it starts and ends.
#include <hv/arch/guest.hpp>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/table_memory.hpp>
#include <hv/lib/bits.hpp>
#include <hv/lib/panic.hpp>
#include <hv/mm/page_table.hpp>
#include <hv/mm/purpose_scope.hpp>

namespace hv::arch {
namespace {

/// The guests that have not ended for good, and how many of those that have had failed: the machine's business.
constinit std::atomic<uint32_t> guests_left = 0;
constinit std::atomic<uint32_t> guests_failed = 0;

/// No guest's addresses reach past Sv39x4's, which every hart with the H extension has; a base is checked.
static_assert(vm::guest_map::ram.value() + vm::GuestDescription::most_memory <= uint64_t{1} << 41);

isa::Hgatp build_stage_2(const GuestPlan& plan)
{
    const mm::PurposeScope scope{heap(), mm::HeapPurpose::page_tables};
    HeapFrames frames;
    DirectMemory memory;
    auto table = mm::PageTable<isa::Sv39x4, HeapFrames, DirectMemory>::create(frames, memory);
    if (!table) {
        panic("cannot make a guest's page table: {}", table.error());
    }
    for (const std::span<const mm::GuestRegion> regions : {plan.regions.span(), plan.windows.span()}) {
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

/// A guest has ended for good. The last one turns out the light.
void leave_machine()
{
    if (guests_left.fetch_sub(1) == 1) {
        end_machine(guests_failed.load() != 0 ? Ending::failure : Ending::success);
    }
}

std::span<std::byte> make_tree_room(size_t size)
{
    return {static_cast<std::byte*>(heap().allocate(size, alignof(uint64_t))), size};
}

}  // namespace

Guest::Guest(const GuestPlan& plan)
    : wires_{&plic_},
      serial_port_{wires_},
      plic_{static_cast<unsigned>(plan.harts.size())},
      plan_{plan},
      memory_{plan.regions.span(), plan.host_access},
      hart_states_{static_cast<unsigned>(plan.harts.size())},
      hgatp_{build_stage_2(plan)},
      tree_room_{make_tree_room(vm::guest_tree_room_for(plan.tree))}
{
    for (HartRecord* hart : plan.harts) {
        auto* const vcpu = new Vcpu{};
        vcpu->guest = this;
        vcpu->hart = hart;
        vcpu->index = vcpus_.size();
        vcpus_.push_back(vcpu);
        hart->guest.vcpu = vcpu;
        hart->guest.guest = this;
        hart->guest.hart_id = vcpu->index;
        hart->guest.ring = new vm::ExitRing{};
        hart->guest.next_record = hart->guest.ring->records.data();
    }
    guests_left.fetch_add(1);
}

std::span<const std::byte> Guest::write_tree()
{
    vm::GuestTreeRequest request = plan_.tree;
    if (plan_.seeds != nullptr) {
        request.seeds = plan_.seeds->seeds_for(plan_.name, starts_);
    }
    const auto tree = vm::write_guest_tree(request, tree_room_);
    if (!tree) {
        panic("the device tree of guest {} does not fit {}", plan_.name, Bytes{tree_room_.size()});
    }
    return *tree;
}

void Guest::load_images()
{
    // plan_load() has made sure that it all fits.
    const auto check = [&](const auto& done) {
        if (!done) {
            panic("guest {}: its images do not fit its memory: {}", plan_.name, done.error());
        }
    };
    check(memory_.zero(plan_.memory));
    for (const vm::LoadPiece& piece : plan_.images.pieces) {
        check(memory_.copy_in(piece.target, piece.source));
    }
    check(memory_.copy_in(plan_.images.tree.start, write_tree()));
}

void Guest::start()
{
    load_images();
    starts_++;
    hart_states_.stop_all();
    // The serial port drives the PLIC: it lowers its line first.
    const dev::Effects line = serial_port_.reset();
    static_cast<void>(plic_.reset());
    wires_.console.channel.set_ended(false);
    if (line.has_input_room()) {
        console_input_wanted(*this);
    }
    time_delta_ = 0 - read_csr<isa::Csr::time>();
    vcpus_out_ = 0;
    ending_ = GuestEnding::none;
    const vm::HartEntry entry{plan_.images.entry, plan_.images.tree.start.value()};
    require(hart_states_.request_start(0, entry), "guest {}: vCPU 0 is not stopped", plan_.name);
    send_request(*vcpus_[0], request::start);
}

bool Guest::begin_ending(GuestEnding how)
{
    GuestEnding none = GuestEnding::none;
    if (!ending_.compare_exchange_strong(none, how)) {
        return false;
    }
    send_requests(*this, all_vcpus(), request::stop);
    return true;
}

void Guest::end(Vcpu& caller, GuestEnding how)
{
    begin_ending(how);
    // The caller is among those that are asked to leave.
    wait_for_start(caller);
}

void Guest::pause()
{
    if (ended_.load() == 0) {
        paused_ = true;
        send_requests(*this, all_vcpus(), request::pause);
    }
}

void Guest::resume()
{
    paused_ = false;
    send_requests(*this, all_vcpus(), request::pause);
}

bool Guest::order_end(GuestEnding how)
{
    const bool first = begin_ending(how);
    paused_ = false;
    return first;
}

bool Guest::order_start()
{
    uint32_t ended = 1;
    uint32_t left = guests_left.load();
    do {
        if (left == 0) {
            return false;  // the last guest has ended, and so does the machine
        }
    } while (!guests_left.compare_exchange_weak(left, left + 1));
    if (!ended_.compare_exchange_strong(ended, 0)) {
        leave_machine();
        return false;
    }
    if (failed_) {
        guests_failed.fetch_sub(1);
    }
    paused_ = false;
    start_ordered_ = 1;
    send_request(*vcpus_[0], request::start);
    return true;
}

void Guest::start_if_ordered()
{
    if (start_ordered_.exchange(0) != 0) {
        start();
    }
}

GuestState Guest::state() const
{
    if (ended_.load() != 0) {
        return GuestState::ended;
    }
    if (is_ending()) {
        return GuestState::ending;
    }
    return is_paused() ? GuestState::paused : GuestState::running;
}

void Guest::fail(const FaultFacts& facts)
{
    GuestEnding none = GuestEnding::none;
    if (ending_.compare_exchange_strong(none, GuestEnding::failure)) {
        // Read by the last vCPU to leave, and this one has not left.
        fault_ = facts;
        send_requests(*this, all_vcpus(), request::stop);
    }
    wait_for_start(*facts.vcpu->hart->guest.vcpu);
}

void Guest::report_fault() const
{
    const GuestFrame& frame = fault_.vcpu->frame();
    const auto next = static_cast<size_t>(frame.next_record - frame.ring->records.data());
    ConsoleLine console;
    print(console, "\n");
    vm::print_post_mortem(console, {
                                       .guest = plan_.name,
                                       .vcpu = fault_.vcpu->index,
                                       .reason = fault_.reason,
                                       .scause = fault_.scause,
                                       .stval = fault_.stval,
                                       .physical = fault_.physical,
                                       .user = fault_.user,
                                       .pc = frame.pc(),
                                       .x1_to_x31 = frame.x1_to_x31(),
                                       .csrs = fault_.csrs,
                                       .memory = memory_,
                                       .exits = vm::ExitHistory{frame.ring->records, next},
                                       .counts = frame.counts,
                                   });
}

void Guest::left_by_a_vcpu()
{
    if (vcpus_out_.fetch_add(1) + 1 == vcpus_.size()) {
        finish_ending();
    }
}

/// What the description wants done about a fault. False where that is to stop.
bool Guest::starts_after_fault()
{
    switch (plan_.on_fault) {
    case vm::OnFault::halt_machine:
        println("guest {}: halting the machine, as on-fault says", plan_.name);
        end_machine(Ending::failure);
    case vm::OnFault::restart:
        if (restarts_after_fault_ == plan_.restart_limit) {
            println("guest {}: not restarted again, after {} times", plan_.name, plan_.restart_limit);
            return false;
        }
        restarts_after_fault_++;
        return true;
    case vm::OnFault::stop:
        break;
    }
    return false;
}

/// On the hart of the last vCPU to leave: nobody else touches the guest now.
void Guest::finish_ending()
{
    flush_console(*this);
    bool again = false;
    switch (ending_.load()) {
    case GuestEnding::none:
        panic("guest {} ends, and nobody has said how", plan_.name);
    case GuestEnding::shutdown:
        println("guest {}: shut down", plan_.name);
        break;
    case GuestEnding::reboot:
        again = true;
        break;
    case GuestEnding::failure:
        report_fault();
        again = starts_after_fault();
        break;
    case GuestEnding::operator_stop:
        println("guest {}: stopped by the operator", plan_.name);
        break;
    case GuestEnding::operator_restart:
        again = true;
        break;
    }
    if (again) {
        println("guest {}: restarting", plan_.name);
        start_ordered_ = 1;
        send_request(*vcpus_[0], request::start);
        return;
    }
    failed_ = ending_.load() == GuestEnding::failure;
    if (failed_) {
        guests_failed.fetch_add(1);
    }
    ended_ = 1;
    leave_machine();
}

void Guest::settle(dev::Effects effects)
{
    if (effects.harts() != 0) {
        send_requests(*this, effects.harts(), request::external_interrupt);
    }
    if (effects.has_input_room()) {
        console_input_wanted(*this);
    }
}

}  // namespace hv::arch

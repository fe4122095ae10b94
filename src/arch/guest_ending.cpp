// How a guest ends, what is said about that, and what becomes of it: vm::FaultPolicy decides, and this does it.
#include <hv/arch/guest_ending.hpp>

#include <algorithm>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/arch/operator_console.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/htinst.hpp>
#include <hv/lib/panic.hpp>

namespace hv::arch {
namespace {

using isa::Csr;
using vm::Verdict;

/// The guests that have not ended for good, and how many of those that have had failed: the machine's business.
constinit std::atomic<uint32_t> guests_left = 0;
constinit std::atomic<uint32_t> guests_failed = 0;
/// All of them, the last one built first. Not changed once guests run.
constinit Guest* all_guests = nullptr;

/// A guest has ended for good. The last one turns out the light.
void leave_machine()
{
    if (guests_left.fetch_sub(1) == 1) {
        const bool proved = conclude();
        end_machine(proved && guests_failed.load() == 0 ? Ending::success : Ending::failure);
    }
}

}  // namespace

LeavingFacts facts_of_leaving()
{
    const isa::Scause cause{read_csr<Csr::scause>()};
    LeavingFacts facts{
        .scause = cause,
        .stval = read_csr<Csr::stval>(),
        .user = !isa::Sstatus{read_csr<Csr::sstatus>()}.get(isa::Sstatus::spp),
        .csrs = {.vsstatus = read_csr<Csr::vsstatus>(),
                 .vstvec = read_csr<Csr::vstvec>(),
                 .vsscratch = read_csr<Csr::vsscratch>(),
                 .vsepc = read_csr<Csr::vsepc>(),
                 .vscause = read_csr<Csr::vscause>(),
                 .vstval = read_csr<Csr::vstval>(),
                 .vsatp = read_csr<Csr::vsatp>()},
    };
    using isa::Exception;
    if (cause.bits() >= static_cast<uint64_t>(Exception::instruction_guest_page_fault) &&
        cause.bits() <= static_cast<uint64_t>(Exception::store_guest_page_fault) &&
        cause != isa::scause_of(Exception::virtual_instruction)) {
        facts.physical = isa::guest_physical_address(read_csr<Csr::htval>(), facts.stval);
    }
    return facts;
}

void Guest::join_the_others()
{
    next_ = all_guests;
    all_guests = this;
    guests_left.fetch_add(1);
}

bool Guest::begin_ending(GuestEnding how, const Vcpu& vcpu, vm::StopReason reason)
{
    GuestEnding none = GuestEnding::none;
    if (!ending_.compare_exchange_strong(none, how)) {
        return false;
    }
    told_of_ = &vcpu;
    ended_at_ = read_csr<Csr::time>();
    reason_ = reason;
    send_requests(*this, all_vcpus(), request::stop);
    return true;
}

void Guest::end(Vcpu& caller, GuestEnding how)
{
    begin_ending(how, caller, {});
    // The caller is among those that are asked to leave.
    wait_for_start(caller);
}

void Guest::fail(Vcpu& caller, vm::StopReason reason)
{
    begin_ending(GuestEnding::fault, caller, reason);
    wait_for_start(caller);
}

void Guest::bite(const Vcpu& vcpu, vm::StopReason reason)
{
    begin_ending(GuestEnding::watchdog, vcpu, reason);
}

void Guest::feed()
{
    if (plan_.fed_watchdog != 0) {
        fed_until_ = read_csr<Csr::time>() + plan_.fed_watchdog;
    }
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
    feed();
    paused_ = false;
    send_requests(*this, all_vcpus(), request::pause);
}

/// Changes when it is to be started again; `never`: not at all. False where nobody waits for that.
bool Guest::change_start(uint64_t at)
{
    uint64_t before = start_at_.load();
    do {
        if (before == never) {
            return false;
        }
    } while (!start_at_.compare_exchange_weak(before, at));
    return true;
}

/// It waits to be started again, and is not to be.
void Guest::stay_ended_by_order()
{
    println("guest {}: not started again, as the operator says", plan_.name);
    stay_ended(false);
}

/// The guest has just been started.
void Guest::obey_late_stop()
{
    if (stop_ordered_.exchange(0) != 0) {
        begin_ending(GuestEnding::operator_stop, *vcpus_[0], vm::StopReason::stopped_by_operator);
    }
}

bool Guest::order_end(GuestEnding how)
{
    const bool stop = how != GuestEnding::operator_restart;
    bool done = begin_ending(how, *vcpus_[0], vm::StopReason::stopped_by_operator);
    if (!done && change_start(stop ? never : 0)) {
        done = true;
        if (stop) {
            stay_ended_by_order();
        } else {
            send_request(*vcpus_[0], request::start);
        }
    } else if (!done && stop && ended_.load() == 0) {
        // It is on its way, and whoever comes to the end of that looks here; or else has just been there.
        done = true;
        stop_ordered_ = 1;
        if (!is_ending()) {
            obey_late_stop();
        }
    }
    paused_ = false;
    return done;
}

bool Guest::order_start()
{
    uint32_t left = guests_left.load();
    do {
        if (left == 0) {
            return false;  // the last guest has ended, and so does the machine
        }
    } while (!guests_left.compare_exchange_weak(left, left + 1));
    uint32_t ended = 1;
    if (!ended_.compare_exchange_strong(ended, 0)) {
        leave_machine();
        return false;
    }
    if (failed_) {
        guests_failed.fetch_sub(1);
    }
    policy_.forgive();
    paused_ = false;
    stop_ordered_ = 0;
    start_at_ = 0;
    send_request(*vcpus_[0], request::start);
    return true;
}

void Guest::start_if_due()
{
    const uint64_t at = start_at_.load();
    if (at == never) {
        return;
    }
    if (at > read_csr<Csr::time>()) {
        set_hart_timer(*vcpus_[0], at);
    } else if (change_start(never)) {
        start();
    }
}

std::string_view name_of(GuestState state)
{
    switch (state) {
    case GuestState::running:
        return "running";
    case GuestState::paused:
        return "stopped";
    case GuestState::ending:
        return "ending";
    case GuestState::ended:
        return "ended";
    }
    return "";
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

void Guest::left_by_a_vcpu(Vcpu& vcpu)
{
    vcpu.facts = facts_of_leaving();
    if (vcpus_out_.fetch_add(1) + 1 == vcpus_.size()) {
        finish_ending();
    }
}

vm::ExitCounts Guest::exit_counts() const
{
    vm::ExitCounts sum;
    for (const Vcpu* vcpu : vcpus_.span()) {
        sum.add(vcpu->frame().counts);
    }
    return sum;
}

void Guest::print_report(Sink& sink) const
{
    const GuestFrame& frame = told_of_->frame();
    const LeavingFacts& facts = told_of_->facts;
    const auto next = static_cast<size_t>(frame.next_record - frame.ring->data());
    const uint64_t second = plan_.policy.ticks_per_second;
    StaticVector<vm::VcpuPlace, vm::GuestDescription::max_harts> places;
    for (const Vcpu* vcpu : vcpus_.span()) {
        if (vcpu != told_of_) {
            places.push_back({vcpu->index, hart_states_.status(vcpu->index), vcpu->frame().pc()});
        }
    }
    vm::print_post_mortem(sink, {
                                    .guest = plan_.name,
                                    .vcpu = told_of_->index,
                                    .reason = reason_,
                                    .scause = facts.scause,
                                    .stval = facts.stval,
                                    .physical = facts.physical,
                                    .user = facts.user,
                                    .pc = frame.pc(),
                                    .x1_to_x31 = frame.x1_to_x31(),
                                    .csrs = facts.csrs,
                                    .memory = memory_,
                                    .shared = plan_.shared.span(),
                                    .exits = vm::ExitHistory{*frame.ring, next},
                                    .counts = exit_counts(),
                                    .other_vcpus = places.span(),
                                    .ran = {ended_at_ - started_at_.load(), second},
                                    .restarts = policy_.restarts(),
                                });
    for (const Guest* other = all_guests; other != nullptr; other = other->next_) {
        if (other != this) {
            const bool ended = other->ended_.load() != 0;
            vm::print_neighbour(sink, other->plan_.name,
                                {ended_at_ - std::min(ended_at_, other->started_at_.load()), second}, ended);
        }
    }
}

void Guest::report(Verdict::Report report) const
{
    if (report == Verdict::Report::none) {
        return;
    }
    ConsoleLine console;
    print(console, "\n");
    if (report == Verdict::Report::whole) {
        print_report(console);
    } else {
        println(console, "guest {}, vCPU {}: stopped: {}; of many reports most are left out", plan_.name,
                told_of_->index, reason_);
    }
}

void Guest::say_verdict(const Verdict& verdict) const
{
    if (verdict.limit_reached) {
        println("guest {}: not restarted again, after {} times", plan_.name, plan_.policy.restart_limit);
    } else if (verdict.action == Verdict::Action::halt_machine) {
        println("guest {}: halting the machine, as {} says", plan_.name,
                ending_.load() == GuestEnding::watchdog ? "on-watchdog" : "on-fault");
    } else if (verdict.action == Verdict::Action::restart) {
        println("guest {}: restarting", plan_.name);
    } else if (ending_.load() == GuestEnding::shutdown) {
        println("guest {}: shut down", plan_.name);
    }
}

/// On the hart of the last vCPU to leave: nobody else touches the guest now.
void Guest::finish_ending()
{
    flush_console(*this);
    lifetime_ += ended_at_ - started_at_.load();
    const Verdict verdict = policy_.judge(ending_.load(), ended_at_);
    report(verdict.report);
    say_verdict(verdict);
    switch (verdict.action) {
    case Verdict::Action::halt_machine:
        static_cast<void>(conclude());
        end_machine(Ending::failure);
    case Verdict::Action::restart:
        if (stop_ordered_.exchange(0) != 0) {
            return stay_ended_by_order();
        }
        start_at_ = verdict.start_at;
        send_request(*vcpus_[0], request::start);
        return;
    case Verdict::Action::stop:
        stay_ended(verdict.failed);
        return;
    }
}

/// It has ended for good, but for the operator.
void Guest::stay_ended(bool failed)
{
    failed_ = failed;
    if (failed) {
        guests_failed.fetch_add(1);
    }
    ended_ = 1;
    leave_machine();
}

}  // namespace hv::arch

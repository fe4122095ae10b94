// What the harts of a guest do when they are not in it: wait for a start, sleep, and answer each other.
#include <hv/arch/vcpu.hpp>

#include <bit>
#include <optional>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/arch/trap.hpp>
#include <hv/seam.hpp>

extern "C" {
void guest_trap_entry();          // guest_trap.S
[[noreturn]] void enter_guest();  // guest_trap.S
}

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Interrupts;

/// The lowest vCPU in a mask, taken out of it.
unsigned take_lowest(uint64_t& vcpus)
{
    const auto lowest = static_cast<unsigned>(std::countr_zero(vcpus));
    vcpus &= vcpus - 1;
    return lowest;
}

/// [aclint] Supervisor-level Software Interrupt Device: SETSSIP, a hart's own, takes a 1.
void interrupt_through(volatile uint32_t& setssip)
{
    // The hart has to see what it is interrupted for.
    asm volatile("fence w, o" : : : "memory");
    setssip = 1;
}

/// Carries out what other vCPUs wait for.
void answer_fences(Vcpu& vcpu)
{
    uint64_t waiting = vcpu.fences_from.exchange(0);
    while (waiting != 0) {
        Vcpu& other = *vcpu.guest->vcpus()[take_lowest(waiting)];
        fence_guest(other.fence_request);
        other.fence_waits_for.fetch_and(~(uint32_t{1} << vcpu.index));
    }
}

/// What is asked for so seldom that others are to pay with one look only.
[[gnu::cold, gnu::noinline]] void serve_rarely(Vcpu& vcpu, uint32_t requests)
{
    if ((requests & request::stop) != 0) {
        vcpu.must_leave = true;
    }
    if ((requests & request::console) != 0) {
        serve_guest_console(*vcpu.guest);
    }
    if ((requests & request::doorbell) != 0) {
        answer_doorbells(vcpu);
    }
}

/// What others have asked for, but to leave the guest or to pause: that is for the caller.
uint32_t serve_requests(Vcpu& vcpu)
{
    clear_csr<Csr::sip>(Interrupts::supervisor_software.mask);
    const uint32_t requests = vcpu.requests.exchange(0);
    if ((requests & request::software_interrupt) != 0) {
        raise_guest_software_interrupt();
    }
    if ((requests & request::external_interrupt) != 0) {
        set_guest_external_interrupt((vcpu.guest->plic().outputs() >> vcpu.index & 1) != 0);
    }
    if ((requests & request::fence) != 0) {
        answer_fences(vcpu);
    }
    if ((requests & (request::stop | request::console | request::doorbell)) != 0) {
        serve_rarely(vcpu, requests);
    }
    return requests;
}

/// All of this hart's own interrupts that are pending. Returns the requests that were among them.
uint32_t serve_pending(Vcpu& vcpu)
{
    const Interrupts pending{read_csr<Csr::sip>() & read_csr<Csr::sie>()};
    if (pending.get(Interrupts::supervisor_timer)) {
        hart_timer_due(vcpu);
    }
    if (pending.get(Interrupts::supervisor_external)) {
        call_interrupt_handler(isa::Interrupt::supervisor_external);
    }
    return pending.get(Interrupts::supervisor_software) ? serve_requests(vcpu) : 0;
}

void wait_for_interrupt()
{
    asm volatile("wfi" : : : "memory");
}

/// Where the vCPU was told to begin, if it was.
std::optional<vm::HartEntry> take_start(Vcpu& vcpu)
{
    vm::HartStates& states = vcpu.guest->hart_states();
    if (states.status(vcpu.index) != isa::sbi::HartStatus::start_pending) {
        return std::nullopt;
    }
    // Of the guest's run before, or to a hart that was stopped: an IPI does not reach it. But one is not lost that
    // comes as soon as the hart is seen to be started.
    vcpu.requests.fetch_and(~request::software_interrupt);
    return states.take_start(vcpu.index);
}

[[noreturn]] void start_vcpu(Vcpu& vcpu, vm::HartEntry entry)
{
    vcpu.counters = vm::PmuCounters{true};
    vcpu.feature_locks.unlock_all();
    vcpu.refetched_at = Vcpu::nowhere;
    vcpu.guest_timer = UINT64_MAX;
    vcpu.entered = true;
    const Guest& guest = *vcpu.guest;
    reset_guest_cpu(vcpu.frame(), guest.plan().cpu, {guest.hgatp(), guest.time_delta(), vcpu.index, entry});
    if (guest.plan().shows_digests) {
        show_reset_digest(vcpu);
    }
    // Its PLIC may drive an interrupt that went by while it was stopped.
    send_request(vcpu, request::external_interrupt);
    begin_watching(vcpu);
    enter_guest();
}

}  // namespace

void send_request(Vcpu& vcpu, uint32_t requests)
{
    send_requests(*vcpu.guest, uint64_t{1} << vcpu.index, requests);
}

void send_requests(Guest& guest, uint64_t vcpus, uint32_t requests)
{
    // The firmware is called for those harts only that no store can interrupt; ids far apart take a call each.
    uint64_t mask = 0;
    uint64_t base = 0;
    while (vcpus != 0) {
        Vcpu& vcpu = *guest.vcpus()[take_lowest(vcpus)];
        if ((vcpu.requests.fetch_or(requests) & requests) == requests) {
            continue;  // it is interrupted already, and has not looked yet
        }
        if (vcpu.hart->setssip != nullptr) {
            interrupt_through(*vcpu.hart->setssip);
            continue;
        }
        const uint64_t id = vcpu.hart->id;
        if (mask != 0 && id - base >= 64) {
            sbi::send_ipi(mask, base);
            mask = 0;
        }
        if (mask == 0) {
            base = id & ~uint64_t{63};
        }
        mask |= uint64_t{1} << (id - base);
    }
    if (mask != 0) {
        sbi::send_ipi(mask, base);
    }
}

void fence_others(Vcpu& vcpu, uint64_t vcpus, const vm::FenceRequest& request)
{
    vcpu.fence_request = request;
    vcpu.fence_waits_for = static_cast<uint32_t>(vcpus);
    for (uint64_t left = vcpus; left != 0;) {
        vcpu.guest->vcpus()[take_lowest(left)]->fences_from.fetch_or(uint32_t{1} << vcpu.index);
    }
    send_requests(*vcpu.guest, vcpus, request::fence);
    // Every hart of the guest answers soon, whether its vCPU runs, sleeps, is stopped or waits here as well.
    while (vcpu.fence_waits_for.load() != 0) {
        answer_fences(vcpu);
        seam::spin_hint();
    }
}

bool serve_interrupts(Vcpu& vcpu)
{
    return (serve_pending(vcpu) & (request::stop | request::pause)) == 0;
}

void obey(Vcpu& vcpu)
{
    if (!vcpu.must_leave) {
        // What is pending for the guest is not to wake a hart that sleeps.
        const uint64_t enabled = read_csr<Csr::vsie>();
        write_csr<Csr::vsie>(0);
        while (vcpu.guest->is_paused() && !vcpu.must_leave) {
            wait_for_interrupt();
            serve_pending(vcpu);
        }
        write_csr<Csr::vsie>(enabled);
        begin_watching(vcpu);
    }
    if (vcpu.must_leave) {
        // There its leaving is made known.
        wait_for_start(vcpu);
    }
}

void suspend_vcpu(Vcpu& vcpu)
{
    // [sbi] HSM: any interrupt that the guest has enabled in sie ends it, also with sstatus.SIE = 0.
    // Asked of hip and hie, which hold the same bits: QEMU 7.2 shows no timer and no external interrupt in vsip.
    vcpu.suspended = true;
    while ((read_csr<Csr::hip>() & read_csr<Csr::hie>()) == 0) {
        wait_for_interrupt();
        if (!serve_interrupts(vcpu)) {
            obey(vcpu);
        }
    }
    vcpu.suspended = false;
}

void wait_for_start(Vcpu& vcpu)
{
    Guest& guest = *vcpu.guest;
    // What is pending for the guest is not to wake a hart that is not in it.
    write_csr<Csr::vsie>(0);
    vcpu.entered = false;
    vcpu.suspended = false;
    while (true) {
        if (vcpu.must_leave) {
            vcpu.must_leave = false;
            guest.left_by_a_vcpu(vcpu);
        }
        if (vcpu.index == 0) {
            guest.start_if_due();
        }
        // While the guest is ending, a start that was asked for before does not count.
        if (!guest.is_ending() && !guest.is_paused()) {
            if (const auto entry = take_start(vcpu)) {
                start_vcpu(vcpu, *entry);
            }
        }
        wait_for_interrupt();
        if ((serve_pending(vcpu) & request::pause) != 0) {
            begin_watching(vcpu);
        }
    }
}

void run_vcpu(Vcpu& vcpu)
{
    write_csr<Csr::sscratch>(0);
    write_csr<Csr::stvec>(reinterpret_cast<uintptr_t>(&guest_trap_entry));
    // As every hart of a guest answers fences, also before its first start.
    write_csr<Csr::hgatp>(vcpu.guest->hgatp().bits());
    set_csr<Csr::sie>(Interrupts::supervisor_software.mask);
    wait_for_start(vcpu);
}

void run_no_vcpu()
{
    // With other interrupts off: one that nobody answers here would keep the hart awake.
    write_csr<Csr::sie>(read_csr<Csr::sie>() & Interrupts::supervisor_external.mask);
    while (true) {
        wait_for_interrupt();
        if (Interrupts{read_csr<Csr::sip>()}.get(Interrupts::supervisor_external)) {
            call_interrupt_handler(isa::Interrupt::supervisor_external);
        }
    }
}

}  // namespace hv::arch

// The one timer of a hart's own: for the guest's watchdogs, for a guest without Sstc, and for a start to come.
//
// With Sstc it is also what a line waits with that is not to break another guest's.
//
// A hart without Sstc has no timer for its guest but this one. Where the guest has a watchdog too, the earliest of
// what the two wait for is what the timer is set to, and set_timer leaves the fast path (see GuestFrame::timer).
#include <hv/arch/vcpu.hpp>

#include <algorithm>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/sbi.hpp>

#include "guest_fetch.hpp"

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Interrupts;
using vm::StopReason;

constexpr uint64_t never = UINT64_MAX;

constexpr uint32_t wfi = 0x1050'0073;

/// [priv] Machine: Wait for Interrupt. A hart that is interrupted in it is behind it then.
bool is_behind_a_wait()
{
    const uint64_t pc = read_csr<Csr::sepc>();
    // Where nothing can be read there, that overwrites why the hart has left the guest; and besides the timer, it
    // may have to leave for good or to pause, as handle_guest_exit() asks scause.
    const uint64_t scause = read_csr<Csr::scause>();
    const uint64_t stval = read_csr<Csr::stval>();
    const auto before = fetch_instruction(pc - 4);
    restore_way_back(pc);
    write_csr<Csr::scause>(scause);
    write_csr<Csr::stval>(stval);
    return before == wfi;
}

/// Whether the hart has met a WFI since this was asked last. One that was woken by our timer meets the next one
/// soon, if it only waits; one that loops behind a WFI never does.
bool has_waited()
{
    const bool waited = (read_csr<Csr::hstatus>() & isa::Hstatus::vtw.mask) == 0;
    set_csr<Csr::hstatus>(isa::Hstatus::vtw.mask);  // until is_watched_wait() sees one
    return waited;
}

vm::TimerView view_timer(const Vcpu& vcpu)
{
    vm::TimerView view;
    if (vcpu.frame().timer == GuestFrame::guests_own_timer) {
        view.set_to = read_csr<Csr::vstimecmp>();
        view.due = read_csr<Csr::time>() + read_csr<Csr::htimedelta>() >= view.set_to;
    } else {
        view.set_to = vcpu.guest_timer_set;
        view.due = (read_csr<Csr::hvip>() & Interrupts::virtual_supervisor_timer.mask) != 0;
    }
    view.enabled = (read_csr<Csr::hie>() & Interrupts::virtual_supervisor_timer.mask) != 0;
    view.sleeping = view.due && !view.enabled && (vcpu.suspended || (is_behind_a_wait() && has_waited()));
    return view;
}

/// Asks the watchdogs. Returns when to ask again.
uint64_t look(Vcpu& vcpu, uint64_t now)
{
    Guest& guest = *vcpu.guest;
    if (guest.is_ending() || guest.is_paused()) {
        vcpu.timer_watchdog.rest();
        return never;
    }
    uint64_t next = never;
    if (vcpu.entered && vcpu.timer_watchdog.is_armed()) {
        if (vcpu.timer_watchdog.look(now, view_timer(vcpu))) {
            guest.bite(vcpu, StopReason::timer_untaken);
            return never;
        }
        next = vcpu.timer_watchdog.next_look(now);
    }
    if (vcpu.index == 0) {
        const uint64_t fed_until = guest.fed_until();
        if (fed_until <= now) {
            guest.bite(vcpu, StopReason::not_fed);
            return never;
        }
        next = std::min(next, fed_until);
    }
    return next;
}

/// `deadline` is the watchdogs'.
void set_or_clear(Vcpu& vcpu, uint64_t deadline)
{
    vcpu.watch_at = deadline;
    const uint64_t next = std::min(deadline, vcpu.console_at);
    if (next == never) {
        clear_csr<Csr::sie>(Interrupts::supervisor_timer.mask);
    } else {
        set_hart_timer(vcpu, next);
    }
}

}  // namespace

void set_hart_timer(const Vcpu& vcpu, uint64_t deadline)
{
    if (vcpu.guest->plan().cpu.has_stimecmp) {
        write_csr<Csr::stimecmp>(deadline);
    } else {
        sbi::set_timer(deadline);
    }
    set_csr<Csr::sie>(Interrupts::supervisor_timer.mask);
}

bool is_watched_wait(uint32_t instruction)
{
    const isa::Hstatus before{read_csr<Csr::hstatus>()};
    // In VU-mode it is illegal, whatever VTW is.
    const bool user = !isa::Sstatus{read_csr<Csr::sstatus>()}.get(isa::Sstatus::spp);
    if (instruction != wfi || user || !before.get(isa::Hstatus::vtw)) {
        return false;
    }
    clear_csr<Csr::hstatus>(isa::Hstatus::vtw.mask);
    return true;
}

void begin_watching(Vcpu& vcpu)
{
    if (vcpu.watched) {
        vcpu.timer_watchdog.rest();
        set_or_clear(vcpu, std::min(vcpu.guest_timer, look(vcpu, read_csr<Csr::time>())));
    } else if (vcpu.console_at != never) {
        // The reset of the hart has turned its timer off, with a line still waiting.
        set_or_clear(vcpu, never);
    }
}

bool look_at_console_in(Vcpu& vcpu, uint64_t ticks)
{
    const uint64_t at = read_csr<Csr::time>() + ticks;
    if (vcpu.frame().timer != GuestFrame::guests_own_timer) {
        return false;
    }
    if (at < vcpu.console_at) {
        vcpu.console_at = at;
        set_or_clear(vcpu, vcpu.watch_at);
    }
    return true;
}

void hart_timer_due(Vcpu& vcpu)
{
    const uint64_t now = read_csr<Csr::time>();
    if (vcpu.console_at <= now) {
        vcpu.console_at = never;
        pump_console();
        if (const uint64_t wait = console_wait(vcpu.guest->wires().console); wait != 0) {
            static_cast<void>(look_at_console_in(vcpu, wait));
        }
    }
    if (!vcpu.watched) {
        if (vcpu.frame().timer == GuestFrame::guests_own_timer) {
            set_or_clear(vcpu, never);
        } else {
            guest_timer_due();
        }
        return;
    }
    if (vcpu.guest_timer <= now) {
        vcpu.guest_timer = never;
        set_csr<Csr::hvip>(Interrupts::virtual_supervisor_timer.mask);
    }
    set_or_clear(vcpu, std::min(vcpu.guest_timer, look(vcpu, now)));
}

void set_shared_timer(Vcpu& vcpu, uint64_t deadline)
{
    clear_csr<Csr::hvip>(Interrupts::virtual_supervisor_timer.mask);
    vcpu.guest_timer = host_time_of(deadline);
    vcpu.guest_timer_set++;
    // A time that has come is due at once.
    hart_timer_due(vcpu);
}

}  // namespace hv::arch

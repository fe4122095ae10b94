// HSM: each state is reported, wrong harts, addresses and types are refused, and of two starts one wins.
// CHECKLIST 65, 67, 68; HOSTILE 18, 19.
// harts: 2 4
// natively: no, OpenSBI takes start addresses that our guests do not have.
#include "harts.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

using sbi::Error;
using sbi::Extension;
using sbi::HartState;
using sbi::HartStatus;

constinit std::atomic<bool> go_on = false;
constinit std::atomic<uint64_t> argument_seen = 0;

SbiResult start(uint64_t hart, uint64_t address, uint64_t opaque = 0)
{
    return sbi_call(Extension::hart_state, HartState::start, hart, address, opaque);
}

void wait_to_go_on(uint64_t argument)
{
    argument_seen = argument;
    while (!go_on) {
        relax();
    }
}

/// Suspended until an IPI.
void suspend_here(uint64_t)
{
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    expect_error(sbi_call(Extension::hart_state, HartState::suspend, 0), Error::success);
    expect(go_on, "wakes without an interrupt");
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
}

void try_wrong_ones(uint64_t other)
{
    for (const uint64_t hart :
         {harts(), harts() + 1, uint64_t{64}, uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX}) {
        trying("no such hart", hart);
        expect_error(start(hart, start_address()), Error::invalid_param);
        expect_error(sbi_call(Extension::hart_state, HartState::get_status, hart), Error::invalid_param);
    }
    trying("itself");
    expect_error(start(this_hart(), start_address()), Error::already_available);
    for (const uint64_t address : {uint64_t{0}, uint64_t{0x4000'0000}, uint64_t{0x1000'0000}, ram_start() - 4,
                                   ram_end(), UINT64_MAX - 3, uint64_t{1} << 55}) {
        trying("start at", address);
        expect_error(start(other, address), Error::invalid_address);
        expect(status_of(other) == HartStatus::stopped, "is not stopped");
        trying("resume at", address);
        expect_error(sbi_call(Extension::hart_state, HartState::suspend, 0x8000'0000, address),
                     Error::invalid_address);
    }
    for (const uint64_t type : {1U, 0x0fff'ffffU, 0x7fff'ffffU, 0x8000'0001U, 0xffff'ffffU}) {
        trying("suspend type", type);
        expect_error(sbi_call(Extension::hart_state, HartState::suspend, type, start_address()),
                     Error::invalid_param);
    }
}

}  // namespace

void scenario()
{
    const uint64_t other = this_hart() == 0 ? 1 : 0;
    expect(status_of(this_hart()) == HartStatus::started, "this one is not started");
    expect(status_of(other) == HartStatus::stopped, "the other is not stopped");
    try_wrong_ones(other);

    trying("started");
    start_hart(other, wait_to_go_on, 0x1234'5678'9abc'def0);
    expect_error(start(other, start_address()), Error::already_available);
    wait_for_status(other, HartStatus::started);
    expect_error(start(other, start_address()), Error::already_available);
    expect_error(start(other, 0), Error::already_available);
    expect(eventually_elsewhere([] { return argument_seen != 0; }), "does not run");
    expect_equal(argument_seen, 0x1234'5678'9abc'def0);
    go_on = true;
    wait_for_status(other, HartStatus::stopped);

    trying("suspended");
    go_on = false;
    start_hart(other, suspend_here);
    wait_for_status(other, HartStatus::suspended);
    expect_error(start(other, start_address()), Error::already_available);
    go_on = true;
    send_ipi(other);
    wait_for_status(other, HartStatus::stopped);
    // To a stopped hart: no error, and it stays.
    trying("IPI to a stopped one");
    send_ipi(other);
    expect(status_of(other) == HartStatus::stopped, "an IPI starts it");
    // What its first start left pending does not outlive the next.
    start_hart(other, wait_to_go_on, 1);
    wait_for_status(other, HartStatus::stopped);
}

}  // namespace guest

// f0 to f31 and fcsr are zero at every start, survive every exit, and are off where sstatus.FS says so.
// CHECKLIST 4, 50, 51; HOSTILE 32, 33.
// harts: 1 2
#include "registers.hpp"

#include "devices.hpp"
#include "encode.hpp"
#include "harts.hpp"
#include "probe.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

constinit FloatState seen;
constinit FloatState mine;
constinit std::atomic<uint64_t> zero_starts = 0;

void set_status(uint64_t value)
{
    GUEST_CSR_CLEAR(sstatus, float_status);
    GUEST_CSR_SET(sstatus, value);
}

uint64_t status()
{
    return GUEST_CSR_READ(sstatus) & float_status;
}

bool all_zero(const FloatState& state)
{
    uint64_t bits = state.fcsr;
    for (const uint64_t value : state.f) {
        bits |= value;
    }
    return bits == 0;
}

void expect_mine()
{
    save_float(&seen);
    for (unsigned n = 0; n < 32; ++n) {
        expect_equal(seen.f[n], mine.f[n]);
    }
    expect_equal(seen.fcsr, mine.fcsr);
}

/// An exit of every kind that there is.
void exit_in_every_way()
{
    sbi_call(sbi::Extension::base, sbi::Base::get_spec_version);
    sbi_call(sbi::Extension::base, sbi::Base::probe_extension, 0x999);
    uart(SerialRegister::scratch) = 1;
    word_at(plic_priority(1)) = 0;
    probe.begin().set(11, 0x4000'0000).run(encode::load(encode::Load::ld, 10, 11));
    probe.begin().run(encode::csr(encode::CsrOp::rs, 0x600, 10, 0));
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 1000);
    wait_for_interrupt();
    set_timer(UINT64_MAX);
    send_ipi(this_hart());
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
}

/// On a hart that was started: zeros, whatever its last start left.
void start_and_leave_junk(uint64_t)
{
    set_status(float_initial);
    static FloatState at_start;
    save_float(&at_start);
    if (all_zero(at_start)) {
        ++zero_starts;
    }
    load_float(&mine);
}

}  // namespace

void scenario()
{
    for (unsigned n = 0; n < 32; ++n) {
        mine.f[n] = 0x4037'0000'1234'0000 + n;
    }
    mine.fcsr = 0xe1;
    if (!has_extension("f")) {
        say("no F");
        return;
    }
    set_status(float_initial);
    save_float(&seen);
    if (on_bulkhead()) {
        expect(all_zero(seen), "not zero at the start");
    }
    expect_equal(status(), float_initial);
    load_float(&mine);
    expect_equal(status(), float_status);  // dirty
    expect(GUEST_CSR_READ(sstatus) >> 63 != 0, "SD is not set");
    trying("dirty");
    exit_in_every_way();
    expect_equal(status(), float_status);
    expect_mine();
    for (const uint64_t value : {float_clean, float_initial, uint64_t{0}}) {
        trying("status", value);
        set_status(value);
        exit_in_every_way();
        expect_equal(status(), value);
        set_status(float_clean);
        expect_mine();
    }
    trying("off");
    set_status(0);
    for (const uint32_t instruction : {0x0000'0053U, 0x0200'0053U, encode::fload(3, 1, 11),
                                       encode::fstore(2, 1, 11), encode::csr(encode::CsrOp::rs, 0x003, 10, 0)}) {
        for (const Mode mode : {Mode::supervisor, Mode::user}) {
            probe.begin(mode).set(11, 0x8020'0000).run(instruction);
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
    }
    if (harts() > 1 && on_bulkhead()) {
        const uint64_t other = this_hart() == 0 ? 1 : 0;
        for (unsigned i = 0; i < 5; ++i) {
            start_hart(other, start_and_leave_junk);
            wait_for_status(other, sbi::HartStatus::stopped);
        }
        expect_equal(zero_starts, 5);
    }
}

}  // namespace guest

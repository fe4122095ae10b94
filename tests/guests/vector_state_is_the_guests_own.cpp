// With V, registers, vl and vtype are zero at every start, survive every exit, and sstatus.VS turns them off.
// CHECKLIST 4, 50, 51; HOSTILE 32, 33.
// cpu: rv64,v=true 10/max
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

constexpr uint64_t most_bytes = 128;  // VLEN up to 1,024
constinit std::array<uint8_t, 32 * most_bytes> seen{};
constinit std::array<uint8_t, 32 * most_bytes> mine{};
constinit std::atomic<uint64_t> zero_starts = 0;

void set_status(uint64_t value)
{
    GUEST_CSR_CLEAR(sstatus, vector_status);
    GUEST_CSR_SET(sstatus, value);
}

uint64_t bytes_of_a_register()
{
    return read_csr<Csr::vlenb>();
}

/// vl, vtype, vcsr and vstart: vtype is all zeros or says that it is illegal.
bool starts_clean(std::array<uint8_t, 32 * most_bytes>& room)
{
    uint64_t bits =
        read_csr<Csr::vl>() | (read_csr<Csr::vtype>() << 1) | read_csr<Csr::vcsr>() | read_csr<Csr::vstart>();
    save_vector(room.data(), bytes_of_a_register());
    for (const uint8_t byte : room) {
        bits |= byte;
    }
    return bits == 0;
}

void exit_in_every_way()
{
    sbi_call(sbi::Extension::base, sbi::Base::get_spec_version);
    uart(SerialRegister::scratch) = 1;
    probe.begin().set(11, 0x4000'0000).run(encode::load(encode::Load::ld, 10, 11));
    probe.begin().run(encode::csr(encode::CsrOp::rs, 0x600, 10, 0));
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 1000);
    wait_for_interrupt();
    set_timer(UINT64_MAX);
}

void start_and_leave_junk(uint64_t)
{
    static std::array<uint8_t, 32 * most_bytes> at_start{};
    set_status(vector_initial);
    if (starts_clean(at_start)) {
        ++zero_starts;
    }
    load_vector(mine.data(), bytes_of_a_register());
    write_csr<Csr::vcsr>(7);
}

}  // namespace

void scenario()
{
    if (!expect(has_extension("v"), "the tree does not name V")) {
        return;
    }
    set_status(vector_initial);
    if (!expect(bytes_of_a_register() <= most_bytes, "longer registers than the test has room for")) {
        return;
    }
    const bool clean = starts_clean(seen);
    if (on_bulkhead()) {
        expect(clean, "not zero at the start");
    }
    for (size_t i = 0; i < mine.size(); ++i) {
        mine[i] = static_cast<uint8_t>(i * 7 + i / 256);
    }
    const uint64_t bytes = bytes_of_a_register();
    load_vector(mine.data(), bytes);
    expect_equal(GUEST_CSR_READ(sstatus) & vector_status, vector_status);
    const uint64_t elements = set_vector_type(5);
    const uint64_t type = read_csr<Csr::vtype>();
    write_csr<Csr::vcsr>(5);
    exit_in_every_way();
    expect_equal(read_csr<Csr::vl>(), elements);
    expect_equal(read_csr<Csr::vtype>(), type);
    expect_equal(read_csr<Csr::vcsr>(), 5);
    save_vector(seen.data(), bytes);
    for (size_t i = 0; i < 32 * bytes; ++i) {
        if (!expect_equal(seen[i], mine[i])) {
            break;
        }
    }
    trying("off");
    set_status(0);
    constexpr uint32_t set_length = 0x0d00'7557;  // vsetvli a0, zero, e32, m1, ta, ma
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        probe.begin(mode).run(set_length);
        probe.expect_trap(Exception::illegal_instruction, set_length);
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

// Junk in every register that there is, and a reboot; then a look at what is left of it, each time.
// tries: HOSTILE 32, 33; CHECKLIST 50, 51
// answer: every register that has a reset value has it: nothing of the life before, nor of anybody else
// ends: never
// beats: 60
// cpu: v=true
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
#include "devices.hpp"
#include "hostile.hpp"
#include "registers.hpp"
#include "tree.hpp"

namespace guest {
namespace {

constexpr uint64_t most_bytes = 128;
constinit std::array<uint8_t, 32 * most_bytes> vectors{};
constinit FloatState floats{};

void look_at_floats_and_vectors()
{
    save_float(&floats);
    trying("floating-point registers");
    uint64_t bits = floats.fcsr;
    for (const uint64_t value : floats.f) {
        bits |= value;
    }
    expect_equal(bits, 0);
    trying("vector registers");
    bits = read_csr<Csr::vl>() | (read_csr<Csr::vtype>() << 1) | read_csr<Csr::vcsr>() | read_csr<Csr::vstart>();
    save_vector(vectors.data(), read_csr<Csr::vlenb>());
    for (const uint8_t byte : vectors) {
        bits |= byte;
    }
    expect_equal(bits, 0);
}

void leave_junk()
{
    floats.f.fill(0x6a75'6e6b);
    floats.fcsr = 0xe1;
    load_float(&floats);
    vectors.fill(0x6a);
    load_vector(vectors.data(), read_csr<Csr::vlenb>());
    write_csr<Csr::vcsr>(7);
    GUEST_CSR_WRITE(scounteren, 0);
    GUEST_CSR_WRITE(senvcfg, 0xf1);
    GUEST_CSR_WRITE(sepc, 0x6a75'6e6a);
    GUEST_CSR_WRITE(scause, 0x6a);
    GUEST_CSR_WRITE(stval, 0x6a75'6e6b);
    GUEST_CSR_WRITE(sscratch, 0x6a75'6e6b);
    GUEST_CSR_WRITE(sie, UINT64_MAX);
    GUEST_CSR_SET(sip, bit(Interrupt::supervisor_software));
    word_at(plic_priority(uart_source)) = 7;
    word_at(plic_enable(this_hart(), uart_source)) = 0xffff'ffff;
    uart(SerialRegister::scratch) = 0x6a;
    uart(SerialRegister::interrupt_enable) = 0x0f;
}

}  // namespace

void attack()
{
    for (unsigned n = 1; n < 32; ++n) {
        trying("x", n);
        if (n != 10 && n != 11) {
            expect_equal(first_register(n), 0);
        }
    }
    trying("CSRs");
    expect_equal(GUEST_CSR_READ(scounteren), 7);  // CY, TM, IR
    expect_equal(GUEST_CSR_READ(senvcfg), 0);
    expect_equal(GUEST_CSR_READ(sepc) | GUEST_CSR_READ(scause) | GUEST_CSR_READ(stval), 0);
    expect_equal(GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software), 0);
    expect_equal(word_at(plic_priority(uart_source)), 0);
    expect_equal(uart(SerialRegister::scratch), 0);
    GUEST_CSR_SET(sstatus, float_initial | vector_initial);
    look_at_floats_and_vectors();
    leave_junk();
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 1, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

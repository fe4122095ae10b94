// Floating-point and vector instructions with sstatus.FS and VS off, initial and clean, from VS and VU.
// tries: HOSTILE 33; CHECKLIST 4, 50
// answer: illegal where they are off, and then nothing is lost of what the registers held
// cpu: v=true
// beats: 60
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"
#include "registers.hpp"

namespace guest {
namespace {

constinit FloatState mine;
constinit FloatState seen;

}  // namespace

void attack()
{
    constexpr uint32_t float_add = 0x0200'0053;
    constexpr uint32_t set_length = 0x0d00'7557;  // vsetvli a0, zero, e32, m1, ta, ma
    GUEST_CSR_SET(sstatus, float_initial);
    for (unsigned n = 0; n < 32; ++n) {
        mine.f[n] = 0x4037'0000'1234'0000 + n;
    }
    load_float(&mine);
    for (unsigned i = 0; i < 1000; ++i) {
        for (const Mode mode : {Mode::supervisor, Mode::user}) {
            trying("round", i);
            GUEST_CSR_CLEAR(sstatus, float_status | vector_status);
            for (const uint32_t instruction : {float_add, set_length, encode::fload(3, 1, 11)}) {
                probe.begin(mode).set(11, hole).run(instruction);
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
        const uint64_t status = i % 2 == 0 ? float_clean : float_initial;
        GUEST_CSR_SET(sstatus, status);
        sbi_call(sbi::Extension::base, sbi::Base::get_impl_id);
        expect_equal(GUEST_CSR_READ(sstatus) & float_status, status);
    }
    save_float(&seen);
    for (unsigned n = 0; n < 32; ++n) {
        expect_equal(seen.f[n], mine.f[n]);
    }
    expect_served();
}

}  // namespace guest

// Puts odd and wild values into sepc, and returns there from traps.
// tries: HOSTILE 29; CHECKLIST 52
// answer: an access fault at the address, with or without bit 0, which QEMU keeps
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (const uint64_t value : boundaries) {
        trying("sepc", value);
        GUEST_CSR_WRITE(sepc, value);
        expect_equal(GUEST_CSR_READ(sepc) | 1, value | 1);
        if (value == 0x8000'0000) {
            continue;
        }
        for (const Mode mode : {Mode::supervisor, Mode::user}) {
            probe.begin(mode).run_at(value | 1);
            expect(probe.trapped_as(Exception::instruction_access_fault), "another trap");
            expect_equal(probe.state().stval | 1, value | 1);
            expect_equal(probe.state().sepc | 1, value | 1);
        }
    }
    // A load from a device, and a call, at an odd address of RAM: nothing that it does there hurts anybody.
    auto* const bytes = reinterpret_cast<volatile uint8_t*>(Probe::area());
    for (const uint32_t instruction : {encode::load(encode::Load::lw, 10, 11), encode::ecall}) {
        trying("at an odd address, instruction", instruction);
        for (unsigned n = 0; n < 16; ++n) {
            bytes[n] = 0;
        }
        for (unsigned n = 0; n < 4; ++n) {
            bytes[1 + n] = static_cast<uint8_t>(instruction >> 8 * n);
        }
        asm volatile("fence.i" : : : "memory");
        probe.begin().set(11, plic_threshold(0)).set(17, 0x10).set(16, 0).run_at(Probe::area() + 1);
    }
    expect_served();
}

}  // namespace guest

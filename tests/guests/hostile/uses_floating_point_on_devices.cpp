// flw, fld, fsw and fsd and their short forms on devices, with every register, from VS and VU.
// tries: HOSTILE 10; CHECKLIST 23
// answer: access faults of their own kind; no integer register is touched
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "registers.hpp"

namespace guest {
namespace {

void try_all(Mode mode, uint64_t address)
{
    const auto expect_fault = [&](uint32_t instruction, unsigned base, Exception cause) {
        trying("instruction", instruction);
        probe.begin(mode).with_status(float_initial).set(base, address).run(instruction);
        probe.expect_trap(cause, address);
    };
    for (uint32_t reg = 0; reg < 32; ++reg) {
        for (const uint32_t width : {2U, 3U}) {
            expect_fault(encode::fload(width, reg, 11), 11, Exception::load_access_fault);
            expect_fault(encode::fstore(width, reg, 11), 11, Exception::store_access_fault);
        }
        // The short forms are those of ld and sd, with another bit.
        expect_fault(encode::c_ldsp(reg, 0) & ~0x4000U, 2, Exception::load_access_fault);
        expect_fault(encode::c_sdsp(reg, 0) & ~0x4000U, 2, Exception::store_access_fault);
    }
    for (uint32_t reg = 8; reg < 16; ++reg) {
        expect_fault(encode::c_ld(reg, 8, 0) & ~0x4000U, 8, Exception::load_access_fault);
        expect_fault(encode::c_sd(reg, 8, 0) & ~0x4000U, 8, Exception::store_access_fault);
    }
}

}  // namespace

void attack()
{
    try_all(Mode::supervisor, plic_threshold(0));
    try_all(Mode::user, plic_threshold(0));
    try_all(Mode::supervisor, uart_base);
    // Off, it is an illegal instruction before it is an access.
    trying("off");
    probe.begin(Mode::user).set(11, uart_base).run(encode::fload(2, 1, 11));
    expect(probe.trapped_as(Exception::illegal_instruction), "another trap");
    expect_served();
}

}  // namespace guest

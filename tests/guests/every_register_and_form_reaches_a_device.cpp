// Loads and stores of devices with every register, every offset form and every compressed form do what they say.
// CHECKLIST 12, 15, 18, 22; HOSTILE 7.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;

// The enable bits of sources 32 to 63: all of them stick, so that bit 31 shows how a load extends.
constexpr uint64_t enables = plic_enable(0, 32);
constexpr uint32_t word = 0x8765'4321;
constexpr uint64_t scratch = uart_base + 7;

/// A register to hold the address, other than `reg` and not zero: each of them comes along.
constexpr unsigned base_beside(unsigned reg)
{
    return reg == 31 ? 1 : reg + 1;
}

void try_register(Mode mode, uint64_t devices, unsigned reg)
{
    const unsigned base = base_beside(reg);
    trying("register", reg);
    word_at(enables) = word;
    probe.begin(mode).set(base, devices + enables).run(encode::load(Load::lw, reg, base));
    probe.expect_completed(reg);
    expect_equal(probe.get(reg), reg == 0 ? 0 : 0xffff'ffff'0000'0000 | word);
    probe.begin(mode).set(base, devices + enables + 0x7f0).run(encode::load(Load::lwu, reg, base, -0x7f0));
    probe.expect_completed(reg);
    expect_equal(probe.get(reg), reg == 0 ? 0 : word);
    uart(SerialRegister::scratch) = 0x9c;
    probe.begin(mode).set(base, devices + scratch).run(encode::load(Load::lb, reg, base));
    probe.expect_completed(reg);
    expect_equal(probe.get(reg), reg == 0 ? 0 : 0xffff'ffff'ffff'ff9c);
    probe.begin(mode).set(base, devices + scratch - 0x7ff).run(encode::load(Load::lbu, reg, base, 0x7ff));
    probe.expect_completed(reg);
    expect_equal(probe.get(reg), reg == 0 ? 0 : 0x9c);

    probe.begin(mode).set(base, devices + enables + 0x800).set(reg, 0xffff'0000'1234'5678);
    probe.run(encode::store(Store::sw, reg, base, -0x800));
    probe.expect_completed();
    expect_equal(word_at(enables), reg == 0 ? 0 : 0x1234'5678);
    probe.begin(mode).set(base, devices + scratch).set(reg, 0xffff'0000'1234'5678);
    probe.run(encode::store(Store::sb, reg, base));
    probe.expect_completed();
    expect_equal(uart(SerialRegister::scratch), reg == 0 ? 0 : 0x78);
}

/// The base is the register itself.
void try_register_as_its_own_base(Mode mode, uint64_t devices)
{
    word_at(enables) = word;
    for (unsigned reg = 1; reg < 32; ++reg) {
        trying("own base", reg);
        probe.begin(mode).set(reg, devices + enables).run(encode::load(Load::lw, reg, reg));
        probe.expect_completed(reg);
        expect_equal(probe.get(reg), 0xffff'ffff'0000'0000 | word);
    }
}

void try_compressed(Mode mode, uint64_t devices)
{
    for (unsigned reg = 8; reg < 16; ++reg) {
        const unsigned base = reg == 15 ? 8 : reg + 1;
        trying("c.lw, c.sw", reg);
        word_at(enables) = word;
        probe.begin(mode).set(base, devices + enables - 124).run(encode::c_lw(reg, base, 124));
        probe.expect_completed(reg);
        expect_equal(probe.get(reg), 0xffff'ffff'0000'0000 | word);
        probe.begin(mode)
            .set(base, devices + enables - 64)
            .set(reg, 0x1'2345'6789)
            .run(encode::c_sw(reg, base, 64));
        probe.expect_completed();
        expect_equal(word_at(enables), 0x2345'6789);
    }
    for (unsigned reg = 0; reg < 32; ++reg) {
        trying("c.swsp, c.lwsp", reg);
        probe.begin(mode).set(reg, 0x7'8765'0000 + reg).set(2, devices + enables - 252);
        const uint64_t source = reg == 0 ? 0 : probe.get(reg);
        probe.run(encode::c_swsp(reg, 252));
        probe.expect_completed();
        expect_equal(word_at(enables), source & 0xffff'ffff);
        if (reg != 0) {  // reserved
            word_at(enables) = word;
            probe.begin(mode).set(2, devices + enables - 128).run(encode::c_lwsp(reg, 128));
            probe.expect_completed(reg);
            expect_equal(probe.get(reg), 0xffff'ffff'0000'0000 | word);
        }
    }
}

/// Those of 64 bits, which no device has.
void try_compressed_doublewords(Mode mode, uint64_t devices)
{
    const uint64_t at = devices + plic_threshold(0);
    trying("c.ldsp");
    probe.begin(mode).set(2, at - 504).run(encode::c_ldsp(10, 504));
    probe.expect_trap(Exception::load_access_fault, at);
    trying("c.sdsp");
    probe.begin(mode).set(2, at - 256).run(encode::c_sdsp(10, 256));
    probe.expect_trap(Exception::store_access_fault, at);
}

void try_all(Mode mode, uint64_t devices)
{
    for (unsigned reg = 0; reg < 32; ++reg) {
        try_register(mode, devices, reg);
    }
    try_register_as_its_own_base(mode, devices);
    try_compressed(mode, devices);
    if (on_bulkhead()) {
        try_compressed_doublewords(mode, devices);
    }
}

}  // namespace

void scenario()
{
    try_all(Mode::supervisor, 0);
    try_all(Mode::user, 0);
    turn_paging_on();
    try_all(Mode::supervisor, 0);
    try_all(Mode::user, user_devices);
}

}  // namespace guest

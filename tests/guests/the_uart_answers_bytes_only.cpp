// The UART has eight registers of one byte: every other width or offset is an access fault.
// CHECKLIST 21, 22, 24; HOSTILE 6, 7, 8.
// natively: no, QEMU's answers words too.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;

constexpr uint64_t scratch = uart_base + 7;

void expect_faults(Mode mode, uint64_t base, uint64_t address)
{
    const uint64_t at = address - uart_base + base;
    trying("address", at);
    for (const Load kind : {Load::lb, Load::lbu}) {
        probe.begin(mode).set(11, at).run(encode::load(kind, 10, 11));
        probe.expect_trap(Exception::load_access_fault, at);
    }
    probe.begin(mode).set(11, at).run(encode::store(Store::sb, 10, 11));
    probe.expect_trap(Exception::store_access_fault, at);
}

void try_all(Mode mode, uint64_t base)
{
    const uint64_t wide = base + 0;
    for (const Load kind : {Load::lh, Load::lhu, Load::lw, Load::lwu, Load::ld}) {
        trying("load kind", static_cast<uint64_t>(kind));
        probe.begin(mode).set(11, wide).run(encode::load(kind, 10, 11));
        probe.expect_trap(Exception::load_access_fault, wide);
    }
    for (const Store kind : {Store::sh, Store::sw, Store::sd}) {
        trying("store kind", static_cast<uint64_t>(kind));
        probe.begin(mode).set(11, wide).run(encode::store(kind, 10, 11));
        probe.expect_trap(Exception::store_access_fault, wide);
    }
    for (const uint32_t instruction : {encode::c_lw(9, 8, 0), encode::c_ld(9, 8, 0)}) {
        trying("instruction", instruction);
        probe.begin(mode).set(8, wide).run(instruction);
        probe.expect_trap(Exception::load_access_fault, wide);
    }
    for (const uint32_t instruction : {encode::c_sw(9, 8, 0), encode::c_sd(9, 8, 0)}) {
        trying("instruction", instruction);
        probe.begin(mode).set(8, wide).run(instruction);
        probe.expect_trap(Exception::store_access_fault, wide);
    }
    expect_faults(mode, base, uart_base + 8);
    expect_faults(mode, base, uart_base + 0xff);
    expect_faults(mode, base, uart_base + 0x100);
    expect_faults(mode, base, uart_base + 0xfff);
    trying("scratch");
    const uint64_t at = scratch - uart_base + base;
    probe.begin(mode).set(11, at).set(10, 0x1f5).run(
        {encode::store(Store::sb, 10, 11), encode::load(Load::lb, 12, 11)});
    probe.expect_completed(12);
    expect_equal(probe.get(12), 0xffff'ffff'ffff'fff5);
    probe.begin(mode).set(11, at).run(encode::load(Load::lbu, 12, 11));
    probe.expect_completed(12);
    expect_equal(probe.get(12), 0xf5);
}

}  // namespace

void scenario()
{
    try_all(Mode::supervisor, uart_base);
    try_all(Mode::user, uart_base);
    turn_paging_on();
    try_all(Mode::supervisor, uart_base);
    try_all(Mode::user, user_devices + uart_base);
}

}  // namespace guest

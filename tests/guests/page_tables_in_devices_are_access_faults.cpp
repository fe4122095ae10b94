// Page tables that lie in devices, in holes and past RAM are access faults of the access's own kind.
// CHECKLIST 20, 25, 28; HOSTILE 3, 5.
// natively: no, QEMU gives page faults where a table is not in memory.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using encode::Atomic;
using encode::Load;
using encode::Store;

void expect_faults(Mode mode, uint64_t address)
{
    probe.begin(mode).set(11, address).run(encode::load(Load::ld, 10, 11));
    probe.expect_trap(Exception::load_access_fault, address);
    probe.begin(mode).set(8, address).run(encode::c_lw(9, 8, 0));
    probe.expect_trap(Exception::load_access_fault, address);
    probe.begin(mode).set(11, address).run(encode::store(Store::sd, 10, 11));
    probe.expect_trap(Exception::store_access_fault, address);
    probe.begin(mode).set(8, address).run(encode::c_sw(9, 8, 0));
    probe.expect_trap(Exception::store_access_fault, address);
    probe.begin(mode).set(11, address).run(encode::atomic(Atomic::add, 3, 10, 11, 12));
    probe.expect_trap(Exception::store_access_fault, address);
    probe.begin(mode).set(11, address).run(encode::atomic(Atomic::lr, 3, 10, 11, 0));
    probe.expect_trap(Exception::load_access_fault, address);
    probe.begin(mode).with_interrupts(true).run_at(address);
    probe.expect_trap(Exception::instruction_access_fault, address);
}

}  // namespace

void scenario()
{
    turn_paging_on();
    const uint64_t places[] = {plic_base,
                               plic_base + 0x20'1000,
                               uart_base,
                               0x4000'0000,
                               0x0,
                               ram_start() - 4096,
                               ram_end(),
                               uint64_t{1} << 41,
                               ((uint64_t{1} << 44) - 1) << 12};
    for (const uint64_t place : places) {
        // The table of 4 KiB pages, and the one above it, lie there.
        for (const unsigned level : {1U, 2U}) {
            constexpr uint64_t at = free_pages + 0x4000'0000;
            trying(level == 1 ? "last table at" : "middle table at", place);
            uint64_t& entry = entry_of(at, level);
            entry = table_at(place);
            fence_pages();
            expect_faults(Mode::supervisor, at + 0x128);
            expect_faults(Mode::user, at + 0x128);
            entry = 0;
            fence_pages();
        }
    }
    // Nothing was claimed from the PLIC, and the UART still does what it did.
    uart(SerialRegister::scratch) = 0x3c;
    expect_equal(uart(SerialRegister::scratch), 0x3c);
}

}  // namespace guest

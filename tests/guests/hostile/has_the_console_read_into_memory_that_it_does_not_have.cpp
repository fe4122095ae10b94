// DBCN reads into holes, devices, the hypervisor, past its RAM and over its own page tables.
// tries: HOSTILE 17; CHECKLIST 71
// answer: -3, or 0 bytes where there is no input and the range is its own; nothing is written
#include "devices.hpp"
#include "hostile.hpp"
#include "pages.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    const auto read = [](uint64_t bytes, uint64_t low, uint64_t high = 0) {
        trying("address", low);
        return sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::read, bytes, low, high);
    };
    for (const Nowhere& place : nowhere) {
        expect_error(read(8, place.address), sbi::Error::invalid_param);
        expect_error(read(4096, place.address - 8), sbi::Error::invalid_param);
    }
    for (const uint64_t wrong : {uart_base, plic_base, ram_end() - 1, uint64_t{0x8440'0000}, UINT64_MAX - 1}) {
        expect_error(read(2, wrong), sbi::Error::invalid_param);
    }
    expect_error(read(8, Probe::area(), 1), sbi::Error::invalid_param);
    expect_error(read(UINT64_MAX, Probe::area()), sbi::Error::invalid_param);
    turn_paging_on();
    const uint64_t root = (satp_of_pages() & 0xfff'ffff'ffff) << 12;
    const SbiResult over_tables = read(4096, root);
    expect_error(over_tables, sbi::Error::success);
    expect_equal(over_tables.value, 0);
    turn_paging_off();
    expect_served();
}

}  // namespace guest

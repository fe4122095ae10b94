// DBCN writes from holes, devices, the hypervisor and the neighbour, past its RAM, and around the end.
// tries: HOSTILE 16; CHECKLIST 70
// answer: -3 with a1 = 0, and not one byte is written
#include "devices.hpp"
#include "hostile.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    const auto refuse = [](uint64_t bytes, uint64_t low, uint64_t high) {
        trying("address", low);
        const SbiResult result =
            sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, bytes, low, high);
        expect_error(result, sbi::Error::invalid_param);
        expect_equal(result.value, 0);
    };
    const uint64_t good = Probe::area();
    for (const Nowhere& place : nowhere) {
        refuse(8, place.address, 0);
        refuse(4096, place.address - 8, 0);
    }
    for (const uint64_t host : {uint64_t{0x8400'0000}, uint64_t{0x8440'0000}, uint64_t{0x8700'0000}}) {
        refuse(64, host, 0);
    }
    refuse(1, uart_base, 0);
    refuse(4, plic_base, 0);
    refuse(2, ram_end() - 1, 0);
    refuse(ram_end() - good + 1, good, 0);
    for (const uint64_t bytes : boundaries) {
        if (bytes > 0xffff'ffff) {
            refuse(bytes, good, 0);
            refuse(bytes, UINT64_MAX - 7, 0);
        }
    }
    for (const uint64_t high : boundaries) {
        if (high != 0) {
            refuse(8, good, high);
        }
    }
    expect_served();
}

}  // namespace guest

// Each of the 64 bits of a physical address, alone and on top of RAM's, without page tables.
// tries: HOSTILE 1, 5; CHECKLIST 13, 25
// answer: an access fault wherever that is neither RAM nor a device of its own, with the whole address in stval
#include "devices.hpp"
#include "hostile.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    for (unsigned n = 3; n < 64; ++n) {
        for (const uint64_t address :
             {uint64_t{1} << n, ram_start() ^ uint64_t{1} << n, ~(uint64_t{1} << n) & ~7U}) {
            const bool device = address >= plic_base && address < uart_base + 4096;
            if ((address >= ram_start() && address < ram_end()) || device) {
                continue;
            }
            trying("address", address);
            expect_access_faults(Mode::supervisor, address);
            expect_access_faults(Mode::user, address);
        }
    }
    expect_served();
}

}  // namespace guest

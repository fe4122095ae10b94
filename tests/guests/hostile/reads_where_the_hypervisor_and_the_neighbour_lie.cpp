// Pages all over the machine's RAM beyond its own, read and written, by the machine's addresses.
// tries: HOSTILE 2; CHECKLIST 13
// answer: access faults: what is not its own is not there; the neighbour's memory is as it was
// beats: 40
#include "encode.hpp"
#include "hostile.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    for (uint64_t page = ram_end(); page < 0x8800'0000; page += 5 * 4096) {
        trying("page", page);
        probe.begin().set(11, page + 0x7f8).run(encode::load(encode::Load::ld, 10, 11));
        probe.expect_trap(Exception::load_access_fault, page + 0x7f8);
        probe.begin().set(11, page).run(encode::store(encode::Store::sd, 10, 11));
        probe.expect_trap(Exception::store_access_fault, page);
    }
    expect_served();
}

}  // namespace guest

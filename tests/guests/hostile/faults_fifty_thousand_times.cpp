// A load from a hole, over and over: each one is an exit and an exception.
// tries: HOSTILE 37; CHECKLIST 77
// answer: each is an access fault of its own, and nothing is printed of any
// not: hypervisor: .*fault
// beats: 40
#include "encode.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (unsigned i = 0; i < 50'000; ++i) {
        probe.begin().set(11, hole + 8 * (i & 0xfff)).run(encode::load(encode::Load::ld, 10, 11));
        if (!expect(probe.trapped_as(Exception::load_access_fault), "another trap")) {
            break;
        }
    }
    expect_served();
}

}  // namespace guest

// Code that writes over the instruction behind it, with no fence, 2,000 times, and device accesses among it.
// tries: HOSTILE 12, 30; CHECKLIST 15, 38
// answer: the old instruction or the new one; the hypervisor reads one of them, and never half of each
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    // sw a2, 0(a3) writes over the second of: lw a0, 0(a1); lw a0, 0(a1), as addi a0, x0, 5.
    const uint32_t access = encode::load(encode::Load::lw, 10, 11);
    const uint32_t other = encode::load_small(10, 5);
    word_at(plic_threshold(0)) = 3;
    for (unsigned i = 0; i < 2000; ++i) {
        trying("round", i);
        const uint64_t offset = i % 2 == 0 ? 0 : 4096 - 10;  // and where it lies over two pages
        probe.begin()
            .at(offset)
            .set(11, plic_threshold(0))
            .set(12, other)
            .set(13, Probe::area() + offset + 8)
            .run({encode::store(encode::Store::sh, 12, 13), access, access});
        probe.begin()
            .at(offset)
            .set(11, plic_threshold(0))
            .set(12, other & 0xffff)
            .set(13, Probe::area() + offset + 8)
            .run({encode::store(encode::Store::sw, 12, 13), access, access});
        expect(probe.completed() || probe.trapped_as(Exception::illegal_instruction) ||
                   probe.trapped_as(Exception::load_access_fault),
               "traps as something else");
    }
    word_at(plic_threshold(0)) = 0;
    expect_served();
}

}  // namespace guest

// cbo.zero, cbo.clean, cbo.flush and cbo.inval on devices and in holes.
// tries: HOSTILE 11; CHECKLIST 48
// answer: store access faults, or illegal where its tree does not name them; never a block of zeros
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    GUEST_CSR_SET(senvcfg, 0xf0);
    word_at(plic_threshold(0)) = 2;
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (const uint64_t address : {plic_threshold(0), plic_base, uart_base, hole, ram_end()}) {
            for (uint32_t kind = 0; kind < 5; ++kind) {
                trying("cbo", kind << 4 | (mode == Mode::user ? 1 : 0));
                probe.begin(mode).set(11, address).run(kind << 20 | 11 << 15 | 2 << 12 | 0x0f);
                // Clean, flush and inval may also check nothing: they change no byte.
                expect(probe.trapped_as(Exception::store_access_fault) ||
                           probe.trapped_as(Exception::load_access_fault) ||
                           probe.trapped_as(Exception::illegal_instruction) || (probe.completed() && kind < 3),
                       "another trap");
            }
        }
    }
    expect_equal(word_at(plic_threshold(0)), 2);
    word_at(plic_threshold(0)) = 0;
    expect_served();
}

}  // namespace guest

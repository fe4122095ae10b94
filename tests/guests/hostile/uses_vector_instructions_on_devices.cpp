// Vector loads and stores, unit, strided and indexed, with and without masks, on devices.
// tries: HOSTILE 11, 33; CHECKLIST 23
// answer: access faults of their own kind, or nothing where no element is active
// cpu: v=true
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "registers.hpp"
#include "tree.hpp"

namespace guest {
namespace {

/// [unpriv] V: vle and vse with vm = 1; `mop` is unit, indexed, strided, indexed in order.
constexpr uint32_t vector_access(bool store, uint32_t mop, uint32_t width, uint32_t reg)
{
    return mop << 26 | 1U << 25 | (mop == 0 ? 0U : 12U) << 20 | 11U << 15 | width << 12 | reg << 7 |
           (store ? 0x27U : 0x07U);
}

void try_all(Mode mode, uint64_t address)
{
    for (const uint32_t width : {0U, 5U, 6U, 7U}) {
        for (uint32_t mop = 0; mop < 4; ++mop) {
            for (const bool store : {false, true}) {
                const uint32_t instruction = vector_access(store, mop, width, 8);
                trying("instruction", instruction);
                constexpr uint32_t set_type = 0xcc00'f057U | 1U << 15;  // vsetivli zero, 1, e8, m1
                probe.begin(mode).with_status(vector_initial).set(11, address).set(12, 8);
                probe.run({set_type, instruction});
                const bool indexed = (mop & 1) != 0;  // the index is in v12: 0
                expect(probe.trapped_as(store ? Exception::store_access_fault : Exception::load_access_fault) ||
                           probe.trapped_as(Exception::illegal_instruction) || indexed,
                       "another trap");
                expect(!probe.completed() || indexed, "is done");
            }
        }
    }
}

}  // namespace

void attack()
{
    expect(has_extension("v"), "no V");
    try_all(Mode::supervisor, plic_threshold(0));
    try_all(Mode::supervisor, uart_base);
    try_all(Mode::user, plic_threshold(0));
    expect_served();
}

}  // namespace guest

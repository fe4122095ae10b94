// A load or store of a device whose instruction lies across two pages works, also where they are not neighbours.
// CHECKLIST 15, 16; HOSTILE 12, 14.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Load;
using encode::Store;

constexpr uint64_t scratch = uart_base + 7;
constexpr uint32_t load_scratch = encode::load(Load::lbu, 10, 11);
constexpr uint32_t store_scratch = encode::store(Store::sb, 10, 11);

/// In the probe's own area, where the second page follows the first.
void try_neighbours(Mode mode, uint64_t devices)
{
    for (const uint64_t offset : {4090U, 4092U, 4094U}) {
        trying("offset", offset);
        uart(SerialRegister::scratch) = 0x5e;
        probe.begin(mode).at(offset).set(11, devices + scratch).run(load_scratch);
        probe.expect_completed(10);
        expect_equal(probe.get(10), 0x5e);
        probe.begin(mode).at(offset).set(11, devices + scratch).set(10, 0x42).run(store_scratch);
        probe.expect_completed();
        expect_equal(uart(SerialRegister::scratch), 0x42);
        // A short one that ends with the page.
        word_at(plic_threshold(0)) = 3;
        probe.begin(mode).at(4094).set(8, devices + plic_threshold(0)).run(encode::c_lw(9, 8, 0));
        probe.expect_completed(9);
        expect_equal(probe.get(9), 3);
        word_at(plic_threshold(0)) = 0;
    }
}

struct alignas(4096) Page {
    uint16_t halves[2048];
};
constinit Page pages[3] = {};

/// Virtual neighbours that are physically apart, the second below the first.
void try_pages_apart(Mode mode)
{
    const uint64_t flags = pte_rwx | (mode == Mode::user ? pte_u : 0);
    const uint64_t devices = mode == Mode::user ? user_devices : 0;
    map_page(free_pages, reinterpret_cast<uintptr_t>(pages + 2), flags);
    map_page(free_pages + 4096, reinterpret_cast<uintptr_t>(pages), flags);
    pages[2].halves[2047] = load_scratch & 0xffff;
    pages[0].halves[0] = load_scratch >> 16;
    pages[0].halves[1] = encode::c_ebreak;
    pages[1].halves[0] = 0xffff;  // what lies behind physically
    asm volatile("fence.i" : : : "memory");
    trying("apart");
    uart(SerialRegister::scratch) = 0x77;
    probe.begin(mode).set(11, devices + scratch).run_at(free_pages + 4094);
    expect(probe.trapped_as(Exception::breakpoint), "another trap");
    expect_equal(probe.state().sepc, free_pages + 4098);
    expect_equal(probe.get(10), 0x77);
}

}  // namespace

void scenario()
{
    try_neighbours(Mode::supervisor, 0);
    try_neighbours(Mode::user, 0);
    turn_paging_on();
    try_neighbours(Mode::supervisor, 0);
    try_neighbours(Mode::user, user_devices);
    try_pages_apart(Mode::supervisor);
    try_pages_apart(Mode::user);
}

}  // namespace guest

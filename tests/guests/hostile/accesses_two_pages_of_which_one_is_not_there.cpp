// Misaligned accesses over two pages, the second unmapped, in a hole, or a device.
// tries: HOSTILE 6; CHECKLIST 2, 21
// answer: its own page fault, or an access fault, at the part that fails
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

/// A load into a0 or a store of a0: `offset` is that of the instruction, whose base is a1 or sp.
struct Access {
    uint32_t instruction;
    unsigned width;
    bool is_store = false;
    int32_t offset = 0;
};

constexpr Access accesses[] = {
    {encode::load(encode::Load::ld, 10, 11), 8},
    {encode::load(encode::Load::lw, 10, 11), 4},
    {encode::load(encode::Load::lwu, 10, 11), 4},
    {encode::load(encode::Load::lh, 10, 11), 2},
    {encode::load(encode::Load::lhu, 10, 11), 2},
    {encode::load(encode::Load::lw, 10, 11, 3), 4, false, 3},
    {encode::load(encode::Load::lw, 10, 11, -2046), 4, false, -2046},
    {encode::c_ld(10, 11, 0), 8},
    {encode::c_lw(10, 11, 0), 4},
    {encode::c_lw(10, 11, 68), 4, false, 68},
    {encode::c_ldsp(10, 8), 8, false, 8},
    {encode::c_lwsp(10, 4), 4, false, 4},
    {encode::store(encode::Store::sd, 10, 11), 8, true},
    {encode::store(encode::Store::sw, 10, 11), 4, true},
    {encode::store(encode::Store::sh, 10, 11), 2, true},
    {encode::store(encode::Store::sw, 10, 11, 3), 4, true, 3},
    {encode::store(encode::Store::sw, 10, 11, -2046), 4, true, -2046},
    {encode::c_sd(10, 11, 0), 8, true},
    {encode::c_sw(10, 11, 0), 4, true},
    {encode::c_sw(10, 11, 68), 4, true, 68},
    {encode::c_sdsp(10, 8), 8, true, 8},
    {encode::c_swsp(10, 4), 4, true, 4},
};

/// What the fault of an access at `address` may be, whose part from `edge` on is not there.
void expect_fault(bool is_store, uint64_t address, uint64_t edge)
{
    if (probe.trapped_as(is_store ? Exception::store_address_misaligned : Exception::load_address_misaligned)) {
        expect_equal(probe.state().stval, address);
    } else {
        expect(probe.trapped_as(is_store ? Exception::store_page_fault : Exception::load_page_fault) ||
                   probe.trapped_as(is_store ? Exception::store_access_fault : Exception::load_access_fault),
               "is no fault");
        expect_equal(probe.state().stval, edge);
    }
    expect_equal(probe.get(10), Probe::pattern(10));
}

void cross(Mode mode, uint64_t edge, const Access& access)
{
    for (uint64_t before = 1; before < access.width; ++before) {
        const uint64_t address = edge - before;
        const uint64_t base = address - static_cast<uint64_t>(int64_t{access.offset});
        trying("instruction", access.instruction);
        probe.begin(mode).set(11, base).set(2, base).run(access.instruction);
        expect_fault(access.is_store, address, edge);
    }
}

}  // namespace

void attack()
{
    turn_paging_on();
    constexpr uint64_t edge = free_pages + 4096;
    // What is at the start of the page of a context is its threshold, which a store would change.
    word_at(plic_threshold(0)) = 6;
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        const uint64_t flags = mode == Mode::user ? pte_rw | pte_u : pte_rw;
        map_page(free_pages, Probe::area() + 4096, flags);
        for (const uint64_t second : {uint64_t{0}, hole, plic_base, plic_threshold(0), uart_base}) {
            map_page(edge, second, second == 0 ? 0 : flags);
            for (const Access& access : accesses) {
                cross(mode, edge, access);
            }
        }
    }
    expect_equal(word_at(plic_threshold(0)), 6);
    word_at(plic_threshold(0)) = 0;
    turn_paging_off();
    expect_served();
}

}  // namespace guest

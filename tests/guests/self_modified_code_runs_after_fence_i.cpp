// Code that the guest writes, and writes over, runs as written after fence.i.
// CHECKLIST 38; HOSTILE 30.
#include "encode.hpp"
#include "pages.hpp"
#include "support.hpp"

namespace guest {
namespace {

struct alignas(4096) Page {
    uint16_t halves[2048];
};
constinit Page page = {};

uint64_t run()
{
    return reinterpret_cast<uint64_t (*)()>(page.halves)();
}

void write_function(int32_t result)
{
    const uint32_t load = encode::load_small(10, result);
    volatile uint16_t* const halves = page.halves;
    halves[0] = load & 0xffff;
    halves[1] = static_cast<uint16_t>(load >> 16);
    halves[2] = encode::c_return;
    asm volatile("fence.i" : : : "memory");
}

void try_all()
{
    for (int32_t i = 0; i < 1000; ++i) {
        write_function(i);
        if (!expect_equal(run(), static_cast<uint64_t>(i))) {
            return;
        }
    }
}

}  // namespace

void scenario()
{
    try_all();
    turn_paging_on();
    try_all();
}

}  // namespace guest

// Its device tree, its data and the whole of its RAM below and behind its code, written over; and a reboot.
// tries: HOSTILE 36; CHECKLIST 45, 51, 69
// answer: each time it starts from the same image, the same tree, zeroed RAM and a time near 0
// ends: never
// beats: 60
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
#include "hostile.hpp"
#include "tree.hpp"

extern "C" const char __stack_top[];

namespace guest {
namespace {

constinit volatile uint64_t marker = 0x600d;

void fill(uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to; at += 8) {
        *reinterpret_cast<volatile uint64_t*>(at) = 0xbadb'adba'dbad'badb;
    }
}

}  // namespace

void attack()
{
    expect_equal(marker, 0x600d);
    expect(now() < 1000 * ticks_per_ms, "time does not start near 0");
    expect_equal(harts(), 1);
    const uint64_t start = ram_start();
    const uint64_t end = ram_end();
    expect_equal(end - start, 0x100'0000);
    uint64_t sum = 0;
    for (uint64_t at = start; at < start + 0x20'0000; at += 8) {
        sum |= *reinterpret_cast<volatile uint64_t*>(at);
    }
    expect_equal(sum, 0);
    marker = 0xbad;
    fill(start, start + 0x20'0000);
    fill(reinterpret_cast<uintptr_t>(__stack_top), end);
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 2, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

// Every word of its memory, read at each start, for its own canary of the life before; then written, and a reboot.
// tries: HOSTILE 32, 36; CHECKLIST 51, 69
// answer: beyond its image and its device tree all is zero, at each start
// ends: never
// beats: 60
// expect: ^guest hostile: restarting
// expect: ^guest hostile: restarting
#include "hostile.hpp"
#include "tree.hpp"

extern "C" const char __stack_top[];

namespace guest {
namespace {

constexpr uint64_t canary = 0xca4a'4a11'dead'beef;

uint64_t first_word()
{
    return reinterpret_cast<uintptr_t>(__stack_top);
}

}  // namespace

void attack()
{
    uint64_t not_zero = 0;
    const uint64_t end = ram_end();  // as the tree says, which is written over
    for (uint64_t at = first_word(); at < end; at += 8) {
        volatile uint64_t& word = *reinterpret_cast<volatile uint64_t*>(at);
        if (word == canary) {
            trying("at", at);
            expect(false, "a word of the life before");
        }
        not_zero += word != 0 ? 1U : 0U;
        word = canary;
    }
    // The device tree lies there.
    expect(not_zero < 4096, "is full of something");
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 1, 0);
    say("FAIL: goes on behind its reboot");
}

}  // namespace guest

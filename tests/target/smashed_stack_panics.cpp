// A function that writes past a local array does not return: the stack check ends in a panic.
// expect: panic: stack smashed
// status: 1
#include "support.hpp"

namespace {

[[gnu::noinline]] void smash(size_t count)
{
    char local[16];
    volatile char* bytes = local;
    asm volatile("" : "+r"(bytes));  // the compiler would otherwise see how long the array is
    for (size_t i = 0; i < count; i++) {
        bytes[i] = 'x';
    }
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    smash(48);
    hv::test::pass();
}

// A call from a place that the kernel can name: for tests that a panic says who asked, and not who asked for them.
#pragma once

#include <cstdint>

#include <hv/arch/console.hpp>

// Calls what a0 points at, with a1, a2 and a3 as its arguments. In assembly, so that the return address has a name.
asm(".pushsection .text\n"
    "call_from_a_known_place:\n"
    "    addi sp, sp, -16\n"
    "    sd   ra, 8(sp)\n"
    "    sd   s0, 0(sp)\n"
    "    addi s0, sp, 16\n"
    "    mv   t0, a0\n"
    "    mv   a0, a1\n"
    "    mv   a1, a2\n"
    "    mv   a2, a3\n"
    "    jalr t0\n"
    "known_place:\n"
    "    ld   ra, 8(sp)\n"
    "    ld   s0, 0(sp)\n"
    "    addi sp, sp, 16\n"
    "    ret\n"
    ".popsection\n");

extern "C" {
extern const char known_place[];
void* call_from_a_known_place(uintptr_t function, uint64_t first, uint64_t second, uint64_t third);
}

namespace hv::test {

/// Prints `the caller is at 0x...`, which the function called returns to, and calls it; all its arguments are
/// numbers. A nothrow tag is an address that nobody reads: 0 does.
template <typename... Parameters>
void* call_from_known_place(void* (*function)(Parameters...), uint64_t first, uint64_t second = 0,
                            uint64_t third = 0)
{
    arch::println("the caller is at {}", static_cast<const void*>(known_place));
    return ::call_from_a_known_place(reinterpret_cast<uintptr_t>(function), first, second, third);
}

}  // namespace hv::test

// What a SpinLock asks of the hart it runs on, inlined into the locks of pure code. The host's own, for tests, is
// tests/host/seam/hv/seam.hpp: the build's include path says which is meant.
#pragma once

#include <cstdint>

#include <hv/arch/offsets.h>

namespace hv::seam {

/// What interrupts_off() found: non-zero where interrupts were on.
using InterruptState = uint64_t;

/// Turns this hart's supervisor interrupts off.
[[nodiscard]] inline InterruptState interrupts_off()
{
    uint64_t sstatus = 0;
    // [priv] Supervisor: sstatus.SIE is bit 1.
    asm volatile("csrrci %0, sstatus, 2" : "=r"(sstatus) : : "memory");
    return sstatus & 2;
}

/// Turns them on again if `before` says that they were on.
inline void interrupts_restore(InterruptState before)
{
    asm volatile("csrs sstatus, %0" : : "r"(before) : "memory");
}

/// One bit, this hart's own among all that are online: 1 << HartRecord::index.
[[nodiscard]] inline uint32_t hart_bit()
{
    uint32_t bit = 0;
    asm("lw %0, %1(tp)" : "=r"(bit) : "i"(HV_HART_BIT));
    return bit;
}

/// Sets `bits` in a lock's word and returns what was in it before, sign-extended. Nothing that comes after happens
/// earlier. As std::atomic's fetch_or(bits, acquire), for which GCC 12 adds an extension of the result.
[[nodiscard]] inline uint64_t set_bits(uint32_t& word, uint32_t bits)
{
    uint64_t before = 0;
    asm volatile("amoor.w.aq %0, %2, %1" : "=r"(before), "+A"(word) : "r"(bits) : "memory");
    return before;
}

/// Stores 0 to a lock's word; all that came before is done. As store(0, release), for which GCC 12 adds a fence.
inline void clear_bits(uint32_t& word)
{
    asm volatile("amoswap.w.rl zero, zero, %0" : "+A"(word) : : "memory");
}

/// Called between two looks at a lock that another hart holds.
inline void spin_hint()
{
    // PAUSE of Zihintpause: a HINT, and so legal where the extension is absent.
    asm volatile(".insn i 0x0f, 0, x0, x0, 0x010");
}

}  // namespace hv::seam

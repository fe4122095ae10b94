// The host's side of the seam that a SpinLock stands on: "harts" are threads, and interrupts are a flag per thread
// that a test can look at. The target's is src/arch/seam/hv/seam.hpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

#include <sys/single_threaded.h>

namespace hv::seam {

using InterruptState = uint64_t;

/// This thread's interrupt-enable flag, 2 (as sstatus.SIE) or 0.
inline thread_local uint64_t interrupts_enabled = 2;
/// This thread's bit; a test with several threads gives each its own.
inline thread_local uint32_t this_hart_bit = 1;

[[nodiscard]] inline InterruptState interrupts_off()
{
    const InterruptState before = interrupts_enabled;
    interrupts_enabled = 0;
    return before;
}

inline void interrupts_restore(InterruptState before)
{
    interrupts_enabled |= before;
}

[[nodiscard]] inline uint32_t hart_bit()
{
    return this_hart_bit;
}

// While the process has one thread, nobody else can see the word: as in the C library's own locks, the atomic
// instruction is then left out, which on some processors costs more than all the rest of an allocation.

[[nodiscard]] inline uint64_t set_bits(uint32_t& word, uint32_t bits)
{
    if (__libc_single_threaded != 0) {
        return std::exchange(word, word | bits);
    }
    return std::atomic_ref{word}.fetch_or(bits, std::memory_order_acquire);
}

inline void clear_bits(uint32_t& word)
{
    std::atomic_ref{word}.store(0, std::memory_order_release);
}

inline void spin_hint()
{
    std::this_thread::yield();
}

}  // namespace hv::seam

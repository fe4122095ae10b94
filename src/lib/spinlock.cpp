// The ways through a spin lock that are not the quick one: waiting, trying, and finding that one waits for oneself.
#include <hv/lib/spinlock.hpp>

#include <atomic>

#include <hv/lib/panic.hpp>

namespace hv {

void SpinLock::finish(Attempt attempt)
{
    const uint32_t own = seam::hart_bit();
    uint64_t found = attempt.found;
    while (found != 0) {
        if ((found & own) != 0) {
            // The bit was there before, so nothing of the word has changed: the first holder still holds the lock.
            seam::interrupts_restore(attempt.interrupts);
            panic("deadlock: this hart waits for the lock at {} that it holds itself",
                  static_cast<const void*>(this));
        }
        // Plain loads share the line between the waiters; only a free lock is worth a store.
        while (std::atomic_ref{word_}.load(std::memory_order_relaxed) != 0) {
            seam::spin_hint();
        }
        found = seam::set_bits(word_, own);
    }
}

std::optional<SpinLock::Held> SpinLock::try_hold()
{
    return hold_within(1);
}

std::optional<SpinLock::Held> SpinLock::hold_within(uint64_t tries)
{
    const seam::InterruptState interrupts = seam::interrupts_off();
    const uint32_t own = seam::hart_bit();
    for (; tries != 0; --tries) {
        // Not set_bits(): a bit left behind in somebody else's word would later look like a deadlock.
        uint32_t found = 0;
        if (std::atomic_ref{word_}.compare_exchange_strong(found, own, std::memory_order_acquire,
                                                           std::memory_order_relaxed)) {
            return Held{*this, Attempt{interrupts, found}};
        }
        if ((found & own) != 0) {
            break;  // Ours, and so not to be had by waiting.
        }
        seam::spin_hint();
    }
    seam::interrupts_restore(interrupts);
    return std::nullopt;
}

}  // namespace hv

// A spin lock of one 32-bit word that keeps this hart's interrupts off while it is held or waited for.
//
// The word has one bit for each hart. Whoever finds it 0 on setting its own bit has the lock; letting go stores 0,
// which also takes back the bits of those that wait. Since interrupts are off from before a hart sets its bit until
// it lets go, a hart that finds its own bit set holds the lock already, and would wait for itself for ever.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/seam.hpp>

namespace hv {

/// All zero when free, so that a lock in zeroed memory is ready for use. Not fair, not recursive: taking it twice
/// on one hart panics. At most 32 harts. What a lock guards is said where it is declared.
class SpinLock {
public:
    class Held;

    constexpr SpinLock() = default;
    SpinLock(const SpinLock&) = delete;
    SpinLock& operator=(const SpinLock&) = delete;
    ~SpinLock() = default;

    /// Holds the lock, or nothing if it is not free at this moment. Never waits, never panics.
    [[nodiscard]] std::optional<Held> try_hold();

    /// As try_hold(), looking up to `tries` times. For a panic, which cannot know what its own hart holds.
    [[nodiscard]] std::optional<Held> hold_within(uint64_t tries);

    // --- the parts, for a fast path that keeps both its outcomes in registers; others use Held ---

    /// What start() found. Ends in finish(), unless taken; then in release().
    struct Attempt {
        seam::InterruptState interrupts;  ///< As they were before.
        uint64_t found;                   ///< The bits of the holder and of those that wait.

        [[nodiscard]] constexpr bool taken() const { return found == 0; }
    };

    /// Turns interrupts off and tries once. Whatever the outcome, this hart's bit is now in the word.
    [[nodiscard, gnu::always_inline]] Attempt start()
    {
        const seam::InterruptState interrupts = seam::interrupts_off();
        return {interrupts, seam::set_bits(word_, seam::hart_bit())};
    }

    /// Waits until the lock that start() did not take is taken. Panics if this hart holds it already.
    [[gnu::cold, gnu::noinline]] void finish(Attempt attempt);

    /// Lets go, and turns interrupts on again if they were on before. `interrupts` is what start() found.
    [[gnu::always_inline]] void release(seam::InterruptState interrupts)
    {
        seam::clear_bits(word_);
        seam::interrupts_restore(interrupts);
    }

private:
    uint32_t word_ = 0;
};

static_assert(sizeof(SpinLock) == 4);

/// Holds a lock from its construction to its end, with interrupts off in between.
class [[nodiscard]] SpinLock::Held {
public:
    /// Waits for the lock. Panics if this hart holds it already.
    [[gnu::always_inline]] explicit Held(SpinLock& lock) : Held{lock, lock.start()} {}

    /// Takes over what start() began on this lock, and waits if it has to.
    [[gnu::always_inline]] Held(SpinLock& lock, Attempt attempt) : lock_{&lock}, interrupts_{attempt.interrupts}
    {
        if (!attempt.taken()) [[unlikely]] {
            lock.finish(attempt);
        }
    }

    Held(Held&& other) noexcept : lock_{other.lock_}, interrupts_{other.interrupts_} { other.lock_ = nullptr; }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Held& operator=(Held&&) = delete;

    [[gnu::always_inline]] ~Held()
    {
        if (lock_ != nullptr) {
            lock_->release(interrupts_);
        }
    }

private:
    SpinLock* lock_;
    seam::InterruptState interrupts_;
};

}  // namespace hv

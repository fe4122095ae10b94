// The one allocator: gives out memory from the bottom of a range upwards and takes nothing back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <hv/lib/address.hpp>
#include <hv/lib/spinlock.hpp>
#include <hv/mm/heap_statistics.hpp>

namespace hv::mm {

/// Safe on every hart and with interrupts on: a SpinLock guards it. Constant-initialised to all zero, it refuses
/// everything until init(). Never reads or writes the memory it gives out, but for the zeroed forms and the poison.
///
/// Running out is a failure: the plain forms panic, the `try_` forms return null or false. All else is a bug of the
/// caller, and every form panics: `allocator not initialized`, `bad alignment`, `allocation after seal`. A request
/// that fails, however it fails, changes nothing. Size 0 is taken as 1, so no two blocks are ever the same.
class BumpAllocator {
public:
    static constexpr size_t default_align = 16;  ///< What plain `operator new` promises: covers every scalar type.
    static constexpr size_t max_align = size_t{1} << 30;
    static constexpr size_t page_size = 4096;

    /// What a fresh block holds. Poison shows a read of memory that was never written.
    enum class Fresh : uint8_t { as_found, poisoned };
    static constexpr std::byte poison{0xa5};

    constexpr BumpAllocator() = default;
    BumpAllocator(const BumpAllocator&) = delete;
    BumpAllocator& operator=(const BumpAllocator&) = delete;
    ~BumpAllocator() = default;

    /// Gives it the bytes from `start` up to but not including `end`, once; a null pointer is never given out.
    /// Panics: `allocator already initialized`; `bad heap range` if it is empty or of 2^63 bytes or more. `fresh`
    /// counts in Debug builds only: a Release build leaves fresh memory as found.
    void init(VirtAddr start, VirtAddr end, Fresh fresh = Fresh::poisoned);

    /// `size` bytes aligned to `align`: a power of two, 1 to max_align.
    [[nodiscard, gnu::always_inline]] void* allocate(size_t size, size_t align = default_align)
    {
        return take(size, align, OnFailure::panic, caller_if_known());
    }
    [[nodiscard, gnu::always_inline]] void* try_allocate(size_t size, size_t align = default_align)
    {
        return take(size, align, OnFailure::null, caller_if_known());
    }

    /// The same, filled with zero bytes. (`new` cannot promise that: constructors may take such bytes as
    /// undefined.)
    [[nodiscard]] void* allocate_zeroed(size_t size, size_t align = default_align);
    [[nodiscard]] void* try_allocate_zeroed(size_t size, size_t align = default_align);

    /// `count` whole pages of page_size bytes, aligned to it and zeroed.
    [[nodiscard]] void* allocate_pages(size_t count);
    [[nodiscard]] void* try_allocate_pages(size_t count);

    /// Makes the block of `old_size` bytes at `block` `new_size` bytes long where it lies. False, and nothing has
    /// changed, where it is not the last block or there is no room behind it. A block that shrinks gives nothing
    /// back. What is added is fresh memory.
    [[nodiscard]] bool try_grow(void* block, size_t old_size, size_t new_size);

    /// The end of all allocation: from now on every request, try_ or not, panics. Doing so twice is harmless.
    void seal();

    [[nodiscard]] HeapStatistics statistics() const;

    /// What no block lies in: [start, end) shrinks as memory is given out, and stays when sealed.
    [[nodiscard]] VirtRange unused() const;

    /// From now on, what is given out is for `purpose`; returns what it was for until now. See PurposeScope.
    HeapPurpose charge_to(HeapPurpose purpose);

private:
    enum class OnFailure : bool { panic, null };

    // Whom a panic names. In a Release build the quick path ends in a jump to the slow one, whose return address
    // then says it; to take it here would cost the quick path a stack frame with GCC. A Debug build jumps nowhere.
    [[gnu::always_inline]] static const void* caller_if_known()
    {
        return HV_DEBUG != 0 ? __builtin_return_address(0) : nullptr;
    }

    [[gnu::always_inline]] void* take(size_t size, size_t align, OnFailure on_failure, const void* caller);
    // Scalars, so that the quick path ends in a jump to it with all its arguments in registers.
    [[gnu::cold, gnu::noinline]] void* take_slowly(size_t align, uint64_t last_index, OnFailure on_failure,
                                                   const void* caller, seam::InterruptState interrupts,
                                                   uint64_t found);
    [[gnu::cold, gnu::noinline]] static void* refuse_alignment(size_t size, size_t align, const void* caller);
    void* take_zeroed(size_t size, size_t align, OnFailure on_failure, const void* caller);
    void* take_pages(size_t count, OnFailure on_failure, const void* caller);
    void fill_fresh(void* block, size_t size) const;
    [[nodiscard]] bool live() const { return end_ != 0; }
    [[nodiscard]] uint64_t used() const;
    [[nodiscard]] HeapStatistics count() const;  // with the lock held

    /// Is there room for the bytes from `block` to `block + last_index`? The heap is shorter than 2^63 bytes, so
    /// `room` as a signed number is right even where `block` lies behind the heap or has wrapped to 0.
    [[nodiscard, gnu::always_inline]] bool fits(uint64_t block, uint64_t last_index) const
    {
        const uint64_t room = end_ - block;
        return static_cast<int64_t>(room) >= 0 && last_index < room;
    }

    mutable SpinLock lock_;  // guards everything below
    bool sealed_ = false;
    Fresh fresh_ = Fresh::as_found;
    HeapPurpose purpose_ = HeapPurpose::other;
    // Both 0 where nothing can be had, before init() and after seal(): the fast path then fails the comparison that
    // it makes anyway, and the slow one tells why.
    uint64_t last_ = 0;  // the last byte given out; the one below the heap where there is none
    uint64_t end_ = 0;   // the first byte behind the heap
    // What the fast path never touches. All 0 before init().
    uint64_t heap_start_ = 0;
    uint64_t heap_end_ = 0;
    uint64_t used_when_sealed_ = 0;
    uint64_t charged_ = 0;  // the part of used() that is in used_by_
    std::array<uint64_t, heap_purpose_count> used_by_{};
};

inline void* BumpAllocator::take(size_t size, size_t align, OnFailure on_failure, const void* caller)
{
    // Of a power of two up to max_align, and of nothing else, both these bits lie in its negative.
    const uint64_t bits = align | max_align;
    if ((bits & -align) < bits) [[unlikely]] {
        return refuse_alignment(size, align, caller);
    }
    const SpinLock::Attempt attempt = lock_.start();
    const uint64_t last_index = size - 1;  // of size 0 the largest there is: it leaves with the failures
    if (attempt.taken()) [[likely]] {
        const uint64_t block = (last_ + align) & -align;
        if (fits(block, last_index)) [[likely]] {
            last_ = block + last_index;
            lock_.release(attempt.interrupts);
            void* const memory = reinterpret_cast<void*>(block);
            if constexpr (HV_DEBUG != 0) {
                fill_fresh(memory, last_index + 1);
            }
            return memory;
        }
    }
    return take_slowly(align, last_index, on_failure, caller, attempt.interrupts, attempt.found);
}

}  // namespace hv::mm

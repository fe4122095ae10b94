// The allocator off its quick path: contention, size 0, failure in words, and what is done once or rarely.
#include <hv/mm/bump_allocator.hpp>

#include <algorithm>

#include <hv/lib/panic.hpp>
#include <hv/mm/memory_block.hpp>

namespace hv::mm {

namespace {

/// What a request that failed needs to know of the heap, copied while the lock was held: a panic holds no lock.
struct Snapshot {
    bool initialized;
    bool sealed;
    HeapStatistics statistics;
};

[[noreturn]] [[gnu::cold]] void refuse(const Snapshot& heap, size_t size, size_t align, const void* caller)
{
    if (!heap.initialized) {
        panic("allocator not initialized: {} bytes aligned to {} asked for by {}", size, align, caller);
    }
    if (heap.sealed) {
        panic("allocation after seal: {} bytes aligned to {} asked for by {}", size, align, caller);
    }
    panic("out of memory: {} bytes aligned to {} asked for by {}, {} bytes free, {} used", size, align, caller,
          heap.statistics.free, heap.statistics.used);
}

}  // namespace

void BumpAllocator::init(VirtAddr start, VirtAddr end, Fresh fresh)
{
    bool first = false;
    // Address 0 would be a null pointer.
    const uint64_t from = std::max<uint64_t>(start.value(), 1);
    const bool good = from < end.value() && end.value() - from <= INT64_MAX;
    {
        const SpinLock::Held held{lock_};
        first = heap_end_ == 0;
        if (first && good) {
            heap_start_ = from;
            heap_end_ = end.value();
            last_ = from - 1;
            end_ = heap_end_;
            fresh_ = fresh;
        }
    }
    require(first, "allocator already initialized: heap range {} to {} refused", start, end);
    require(good, "bad heap range: {} to {}", start, end);
}

void* BumpAllocator::take_slowly(size_t align, uint64_t last_index, OnFailure on_failure, const void* caller,
                                 seam::InterruptState interrupts, uint64_t found)
{
    if (caller == nullptr) {
        caller = __builtin_return_address(0);
    }
    const size_t size = last_index + 1;
    if (size == 0) {
        last_index = 0;  // counts as 1
    }
    uint64_t block = 0;
    bool done = false;
    Snapshot snapshot{};
    {
        const SpinLock::Held held{lock_, {interrupts, found}};
        block = (last_ + align) & -align;
        done = fits(block, last_index);
        if (done) {
            last_ = block + last_index;
        } else {
            snapshot = {heap_end_ != 0, sealed_, count()};
        }
    }
    if (done) {
        void* const memory = reinterpret_cast<void*>(block);
        fill_fresh(memory, last_index + 1);
        return memory;
    }
    if (on_failure == OnFailure::panic || !snapshot.initialized || snapshot.sealed) {
        refuse(snapshot, size, align, caller);
    }
    return nullptr;
}

void* BumpAllocator::refuse_alignment(size_t size, size_t align, const void* caller)
{
    if (caller == nullptr) {
        caller = __builtin_return_address(0);
    }
    panic("bad alignment: {} is not a power of two up to {}; {} bytes asked for by {}", align, max_align, size,
          caller);
}

void* BumpAllocator::allocate_zeroed(size_t size, size_t align)
{
    return take_zeroed(size, align, OnFailure::panic, __builtin_return_address(0));
}

void* BumpAllocator::try_allocate_zeroed(size_t size, size_t align)
{
    return take_zeroed(size, align, OnFailure::null, __builtin_return_address(0));
}

void* BumpAllocator::allocate_pages(size_t count)
{
    return take_pages(count, OnFailure::panic, __builtin_return_address(0));
}

void* BumpAllocator::try_allocate_pages(size_t count)
{
    return take_pages(count, OnFailure::null, __builtin_return_address(0));
}

void* BumpAllocator::take_pages(size_t count, OnFailure on_failure, const void* caller)
{
    // What no size can say is more than any heap has.
    const size_t size = count <= SIZE_MAX / page_size ? count * page_size : SIZE_MAX;
    return take_zeroed(size, page_size, on_failure, caller);
}

void* BumpAllocator::take_zeroed(size_t size, size_t align, OnFailure on_failure, const void* caller)
{
    void* const block = take(size, align, on_failure, caller);
    if (block != nullptr) {
        // Memory that BSS does not cover holds whatever the firmware left there.
        zero_block(static_cast<std::byte*>(block), size);
    }
    return block;
}

bool BumpAllocator::try_grow(void* block, size_t old_size, size_t new_size)
{
    const void* const caller = __builtin_return_address(0);
    old_size = std::max<size_t>(old_size, 1);
    if (block == nullptr || new_size <= old_size) {
        return block != nullptr;
    }
    const auto first = reinterpret_cast<uint64_t>(block);
    const uint64_t more = new_size - old_size;
    bool done = false;
    Snapshot snapshot{};
    {
        const SpinLock::Held held{lock_};
        const bool is_last = first >= heap_start_ && first <= last_ && last_ - first == old_size - 1;
        done = live() && is_last && more < end_ - last_;
        if (done) {
            last_ += more;
        }
        snapshot = {heap_end_ != 0, sealed_, {}};
    }
    if (!snapshot.initialized || snapshot.sealed) {
        refuse(snapshot, new_size, 1, caller);
    }
    if (done) {
        fill_fresh(static_cast<std::byte*>(block) + old_size, more);
    }
    return done;
}

void BumpAllocator::fill_fresh(void* block, size_t size) const
{
    if (HV_DEBUG != 0 && fresh_ == Fresh::poisoned) {
        std::fill_n(static_cast<std::byte*>(block), size, poison);
    }
}

void BumpAllocator::seal()
{
    bool initialized = false;
    {
        const SpinLock::Held held{lock_};
        initialized = heap_end_ != 0;
        if (live()) {
            used_when_sealed_ = used();
            sealed_ = true;
            last_ = 0;
            end_ = 0;
        }
    }
    require(initialized, "allocator not initialized: it cannot be sealed");
}

uint64_t BumpAllocator::used() const
{
    return live() ? last_ + 1 - heap_start_ : used_when_sealed_;
}

HeapStatistics BumpAllocator::count() const
{
    const uint64_t capacity = heap_end_ - heap_start_;
    HeapStatistics result{capacity, used(), capacity - used(), used_by_};
    result.used_by[static_cast<size_t>(purpose_)] += used() - charged_;
    return result;
}

HeapStatistics BumpAllocator::statistics() const
{
    const SpinLock::Held held{lock_};
    return count();
}

VirtRange BumpAllocator::unused() const
{
    const SpinLock::Held held{lock_};
    return VirtRange::between(VirtAddr{heap_start_ + used()}, VirtAddr{heap_end_});
}

HeapPurpose BumpAllocator::charge_to(HeapPurpose purpose)
{
    const SpinLock::Held held{lock_};
    used_by_[static_cast<size_t>(purpose_)] += used() - charged_;
    charged_ = used();
    const HeapPurpose before = purpose_;
    purpose_ = purpose;
    return before;
}

std::string_view name_of(HeapPurpose purpose)
{
    switch (purpose) {
    case HeapPurpose::other:
        return "other";
    case HeapPurpose::harts:
        return "harts";
    case HeapPurpose::page_tables:
        return "page tables";
    case HeapPurpose::device_tree:
        return "device tree";
    case HeapPurpose::console:
        return "console";
    case HeapPurpose::guests:
        return "guests";
    }
    return "?";
}

}  // namespace hv::mm

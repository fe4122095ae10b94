// A bump allocator driven beside a model of what it must do; the unit tests and the fuzzer share it.
#pragma once

#include <hv/mm/bump_allocator.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>

namespace hv::test {

using mm::BumpAllocator;
using mm::HeapPurpose;
using mm::HeapStatistics;

inline void check(bool holds, const std::string& what)
{
    if (!holds) {
        throw std::logic_error{what};
    }
}

/// Every request goes to the allocator and to the model, which counts in 128 bits and so cannot overflow; the first
/// difference throws std::logic_error. The memory is never touched: it may be at any address.
class ModelledAllocator {
public:
    /// [start, end) is not empty, begins above 0 and is shorter than 2^63.
    ModelledAllocator(uint64_t start, uint64_t end) : start_{start}, end_{end}, next_{start}
    {
        heap_.init(VirtAddr{start}, VirtAddr{end}, BumpAllocator::Fresh::as_found);
        check_statistics();
    }

    /// Returns the block, or 0 where both agree that there is no room.
    uint64_t allocate(uint64_t size, uint64_t align)
    {
        const Wide block = (next_ + (align - 1)) / align * align;
        const bool expected = block + std::max<uint64_t>(size, 1) <= end_;
        const auto got = reinterpret_cast<uint64_t>(heap_.try_allocate(size, align));
        check((got != 0) == expected, expected ? "refused though there is room" : "granted without room");
        if (got != 0) {
            check(got == block, "not the lowest address that fits");
            add_block(got, std::max<uint64_t>(size, 1), align);
        }
        check_statistics();
        return got;
    }

    /// Asks for the block at `address`, known or not, to grow from `old_size`.
    void grow(uint64_t address, uint64_t old_size, uint64_t new_size)
    {
        const Wide old_end = Wide{address} + std::max<uint64_t>(old_size, 1);
        const bool grows = new_size > std::max<uint64_t>(old_size, 1);
        const bool is_last = address >= start_ && old_end == next_ && next_ != start_;
        const bool expected = !grows || (is_last && Wide{address} + new_size <= end_);
        const bool got = heap_.try_grow(reinterpret_cast<void*>(address), old_size, new_size);
        check(got == expected, expected ? "did not grow though it can" : "grew though it cannot");
        if (got && grows) {
            charge(Wide{address} + new_size);
            if (!blocks_.empty() && blocks_.rbegin()->first == address) {
                blocks_.rbegin()->second = new_size;
            }
        }
        check_statistics();
    }

    void charge_to(HeapPurpose purpose)
    {
        check(heap_.charge_to(purpose) == purpose_, "forgot what the memory was for");
        purpose_ = purpose;
        check_statistics();
    }

    [[nodiscard]] BumpAllocator& heap() { return heap_; }
    /// Address and size of every block.
    [[nodiscard]] const std::map<uint64_t, uint64_t>& blocks() const { return blocks_; }

private:
    __extension__ using Wide = unsigned __int128;

    void add_block(uint64_t block, uint64_t size, uint64_t align)
    {
        check(block % align == 0, "not aligned");
        check(block >= start_ && Wide{block} + size <= end_, "not inside the heap");
        if (!blocks_.empty()) {
            const auto& [other, other_size] = *blocks_.rbegin();
            check(block >= other + other_size, "overlaps the block before");
        }
        blocks_[block] = size;
        charge(Wide{block} + size);
    }

    void charge(Wide next)
    {
        used_by_[static_cast<size_t>(purpose_)] += static_cast<uint64_t>(next - next_);
        next_ = next;
    }

    void check_statistics() const
    {
        const HeapStatistics statistics = heap_.statistics();
        check(statistics.capacity == end_ - start_, "capacity is wrong");
        check(statistics.used == next_ - start_, "used is wrong");
        check(statistics.free == end_ - next_, "free is wrong");
        check(statistics.used_by == used_by_, "a purpose's share is wrong");
        const auto& shares = statistics.used_by;
        check(std::accumulate(shares.begin(), shares.end(), uint64_t{0}) == statistics.used,
              "shares do not add up");
        check(heap_.unused() == VirtRange::between(VirtAddr{static_cast<uint64_t>(next_)}, VirtAddr{end_}),
              "the unused range is wrong");
    }

    BumpAllocator heap_;
    uint64_t start_;
    uint64_t end_;
    Wide next_;
    HeapPurpose purpose_ = HeapPurpose::other;
    std::array<uint64_t, mm::heap_purpose_count> used_by_{};
    std::map<uint64_t, uint64_t> blocks_;
};

}  // namespace hv::test

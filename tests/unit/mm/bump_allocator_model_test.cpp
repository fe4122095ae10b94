// Random programs of requests, and sweeps around every boundary, against the model.
#include "bump_allocator_model.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hv::mm {
namespace {

using test::ModelledAllocator;

class RandomProgram {
public:
    explicit RandomProgram(uint64_t seed) : random_{seed} {}

    void run(unsigned steps)
    {
        const uint64_t capacity = 1 + (random_() >> (1 + up_to(62)));
        const uint64_t start = start_for(capacity);
        ModelledAllocator heap{start, start + capacity};
        for (unsigned i = 0; i < steps; ++i) {
            step(heap);
        }
    }

private:
    uint64_t up_to(uint64_t most) { return most == UINT64_MAX ? random_() : random_() % (most + 1); }

    /// At the bottom, at the very top, where the kernel is linked, or anywhere.
    uint64_t start_for(uint64_t capacity)
    {
        const uint64_t highest = UINT64_MAX - capacity;
        switch (up_to(3)) {
        case 0:
            return 1;
        case 1:
            return highest;
        case 2:
            return std::clamp<uint64_t>(0x80500000 + up_to(64), 1, highest);
        default:
            return std::max<uint64_t>(up_to(highest), 1);
        }
    }

    /// Every magnitude, with extra weight on what lies around the room that is left and around the largest number.
    uint64_t some_size(ModelledAllocator& heap)
    {
        const uint64_t free = heap.heap().statistics().free;
        switch (up_to(5)) {
        case 0:
            return up_to(64);
        case 1:
            return random_() >> up_to(63);
        case 2:
            return free - 8 + up_to(16);
        case 3:
            return SIZE_MAX - up_to(64);
        default:
            return up_to(std::max<uint64_t>(free / 8, 1));
        }
    }

    void step(ModelledAllocator& heap)
    {
        const uint64_t size = some_size(heap);
        const auto& blocks = heap.blocks();
        switch (up_to(5)) {
        case 0:
        case 1:
            heap.allocate(size, 16);
            break;
        case 2:
        case 3:
            heap.allocate(size, uint64_t{1} << up_to(up_to(1) != 0 ? 30 : 6));
            break;
        case 4:
            if (!blocks.empty()) {
                const auto back = static_cast<std::ptrdiff_t>(up_to(std::min<uint64_t>(blocks.size() - 1, 2)));
                const auto& [address, old_size] = *std::next(blocks.rbegin(), back);
                heap.grow(address, old_size, up_to(1) != 0 ? size : old_size + up_to(64));
            }
            break;
        default:
            heap.charge_to(static_cast<HeapPurpose>(up_to(heap_purpose_count - 1)));
            break;
        }
    }

    std::mt19937_64 random_;
};

TEST(AllocatorModel, AgreesWithTheModelOverRandomPrograms)
{
    for (uint64_t seed = 0; seed < 2000; ++seed) {
        ASSERT_NO_THROW(RandomProgram{seed}.run(100)) << "seed " << seed;
    }
}

TEST(AllocatorModel, AgreesForEverySizeAndAlignmentAroundTheEndWhereverTheHeapLies)
{
    for (const uint64_t start : {uint64_t{1}, uint64_t{0x80500000}, UINT64_MAX - 200, (uint64_t{1} << 63) - 100}) {
        for (uint64_t taken = 0; taken <= 48; ++taken) {
            for (uint64_t shift = 0; shift <= 30; ++shift) {
                for (uint64_t size = 130; size <= 201; size += 1) {
                    ModelledAllocator heap{start, start + 200};
                    heap.allocate(taken, 1);
                    ASSERT_NO_THROW(heap.allocate(size, uint64_t{1} << shift))
                        << start << ' ' << taken << ' ' << shift << ' ' << size;
                    if (shift > 8) {
                        size += 20;
                    }
                }
            }
        }
    }
}

TEST(AllocatorModel, AgreesForEverySizeAroundThePowersOfTwoAndTheLargestNumbers)
{
    for (const uint64_t start : {uint64_t{1}, uint64_t{0x80500000}, UINT64_MAX - (uint64_t{1} << 40)}) {
        for (unsigned shift = 0; shift < 64; ++shift) {
            for (uint64_t off = 0; off <= 34; ++off) {
                ModelledAllocator heap{start, start + (uint64_t{1} << 40)};
                const uint64_t size = (uint64_t{1} << shift) + off - 17;
                ASSERT_NO_THROW(heap.allocate(size, 16)) << size;
                ASSERT_NO_THROW(heap.allocate(UINT64_MAX - size, 1)) << size;
                ASSERT_NO_THROW(heap.allocate(size, 4096)) << size;
            }
        }
    }
}

TEST(AllocatorModel, GivesEightHartsBlocksThatDoNotOverlap)
{
    constexpr unsigned harts = 8;
    constexpr size_t capacity = size_t{4} << 20;
    struct Block {
        std::byte* address;
        size_t size;
    };
    const auto arena = std::make_unique<std::byte[]>(capacity);
    BumpAllocator heap;
    const auto start = reinterpret_cast<uint64_t>(arena.get());
    heap.init(VirtAddr{start}, VirtAddr{start + capacity});
    std::array<std::vector<Block>, harts> blocks;
    std::vector<std::thread> threads;
    for (unsigned hart = 0; hart < harts; ++hart) {
        threads.emplace_back([&, hart] {
            seam::this_hart_bit = uint32_t{1} << hart;
            std::mt19937 random{hart};
            // Until the heap is full, so that running out is met by all as well.
            while (true) {
                const size_t size = random() % 300;
                void* const block = heap.try_allocate(size, size_t{1} << (random() % 8));
                if (block == nullptr) {
                    break;
                }
                std::memset(block, static_cast<int>(hart), size);
                blocks[hart].push_back({static_cast<std::byte*>(block), size});
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (unsigned hart = 0; hart < harts; ++hart) {
        for (const Block& block : blocks[hart]) {
            ASSERT_TRUE(std::all_of(block.address, block.address + block.size,
                                    [&](std::byte b) { return b == std::byte(hart); }));
        }
    }
    const HeapStatistics statistics = heap.statistics();
    EXPECT_LT(statistics.free, 600U);
    EXPECT_EQ(statistics.used_for(HeapPurpose::other), statistics.used);
}

}  // namespace
}  // namespace hv::mm

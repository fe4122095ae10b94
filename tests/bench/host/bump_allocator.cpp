// Nanoseconds for a block of 24 bytes: our allocator, lock and all, against the standard library's bump allocator.
// To meet: at most 1.15 times the standard one without a lock.
#include <hv/mm/bump_allocator.hpp>

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <optional>
#include <thread>

#include <benchmark/benchmark.h>

namespace {

constexpr size_t block_size = 24;
constexpr size_t block_align = 16;
constexpr size_t arena_size = size_t{1} << 20;
constexpr size_t blocks_a_round = arena_size / 32 - 1;

/// One arena for all.
std::byte* arena()
{
    static const std::unique_ptr<std::byte[]> memory = std::make_unique<std::byte[]>(arena_size);
    return memory.get();
}

/// Calls `allocate` for each block, and `start_round` whenever the arena is used up: once in 32767 blocks.
template <typename StartRound, typename Allocate>
void run_rounds(benchmark::State& state, StartRound&& start_round, Allocate&& allocate)
{
    size_t left = 0;
    for (auto _ : state) {
        if (left == 0) [[unlikely]] {
            start_round();
            left = blocks_a_round;
        }
        --left;
        benchmark::DoNotOptimize(allocate());
    }
}

void bump_allocator(benchmark::State& state)
{
    std::optional<hv::mm::BumpAllocator> heap;
    const auto start = reinterpret_cast<uint64_t>(arena());
    run_rounds(
        state, [&] { heap.emplace().init(hv::VirtAddr{start}, hv::VirtAddr{start + arena_size}); },
        [&] { return heap->allocate(block_size, block_align); });
}
BENCHMARK(bump_allocator);

void monotonic_buffer_resource(benchmark::State& state)
{
    std::optional<std::pmr::monotonic_buffer_resource> resource;
    run_rounds(
        state, [&] { resource.emplace(arena(), arena_size, std::pmr::null_memory_resource()); },
        [&] { return resource->allocate(block_size, block_align); });
}
BENCHMARK(monotonic_buffer_resource);

void monotonic_buffer_resource_under_the_same_lock(benchmark::State& state)
{
    std::optional<std::pmr::monotonic_buffer_resource> resource;
    hv::SpinLock lock;  // guards the resource
    run_rounds(
        state, [&] { resource.emplace(arena(), arena_size, std::pmr::null_memory_resource()); },
        [&] {
            const hv::SpinLock::Held held{lock};
            return resource->allocate(block_size, block_align);
        });
}
BENCHMARK(monotonic_buffer_resource_under_the_same_lock);

/// What no allocator under this lock can go below, in a process of one thread; and with a second thread, which
/// makes the lock's instruction an atomic one.
void the_lock_alone(benchmark::State& state)
{
    hv::SpinLock lock;  // guards nothing
    for (auto _ : state) {
        const hv::SpinLock::Held held{lock};
        benchmark::ClobberMemory();
    }
}
BENCHMARK(the_lock_alone);

void the_lock_alone_beside_another_thread(benchmark::State& state)
{
    std::thread{[] {}}.join();  // the C library counts the process as one of several threads from here on
    the_lock_alone(state);
}
BENCHMARK(the_lock_alone_beside_another_thread);

void bump_allocator_beside_another_thread(benchmark::State& state)
{
    std::thread{[] {}}.join();
    bump_allocator(state);
}
BENCHMARK(bump_allocator_beside_another_thread);

}  // namespace

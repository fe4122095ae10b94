// What copying and scrubbing guest memory cost in instructions. Run under `-icount shift=0`.
#include "support.hpp"

#include <hv/arch/heap.hpp>
#include <hv/arch/probe.hpp>
#include <hv/arch/zero.hpp>
#include <hv/mm/memory_block.hpp>

namespace {

constexpr size_t size = 4 * 1024 * 1024;
constexpr size_t words = size / sizeof(uint64_t);

uint64_t instructions_retired()
{
    uint64_t count = 0;
    asm volatile("csrr %0, instret" : "=r"(count) : : "memory");
    return count;
}

template <typename Work>
uint64_t cost_of(Work work)
{
    const uint64_t before = instructions_retired();
    work();
    return instructions_retired() - before;
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    using hv::arch::println;

    (void)hv::test::begin(device_tree);
    auto* const from = static_cast<std::byte*>(hv::arch::heap().allocate_pages(size / 4096));
    auto* const to = static_cast<std::byte*>(hv::arch::heap().allocate_pages(size / 4096));
    println("bench: copy {} of {}", cost_of([&] { hv::mm::copy_block(to, from, size); }), words);
    println("bench: scrub {} of {}", cost_of([&] { hv::mm::zero_block(to, size); }), words);
    const hv::vm::HartFeatures features = hv::plat::probe_hart(hv::test::board);
    if (features.cbo_zero) {
        println("bench: scrub-zicboz {} of {}", cost_of([&] { hv::arch::zero_by_blocks(to, size); }), words);
    }
    hv::test::pass();
}

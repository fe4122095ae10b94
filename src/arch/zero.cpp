// The whole blocks of a range by CBO.ZERO, what is before and behind them by stores.
#include <hv/arch/zero.hpp>

#include <hv/lib/bits.hpp>
#include <hv/mm/memory_block.hpp>

namespace hv::arch {
namespace {

constinit uint64_t block_size = 0;

/// [unpriv] Cache-Block Zero Instructions: CBO.ZERO, which the compilers do not know.
[[gnu::always_inline]] inline void cbo_zero(uint64_t block)
{
    asm volatile(".insn i 0x0f, 2, x0, %0, 4" : : "r"(block) : "memory");
}

}  // namespace

void use_cbo_zero(uint32_t block)
{
    block_size = block;
}

void zero_by_blocks(std::byte* to, size_t size)
{
    const auto start = reinterpret_cast<uintptr_t>(to);
    if (block_size == 0 || size < 2 * block_size) {
        mm::zero_block(to, size);
        return;
    }
    uint64_t block = align_up(start, block_size);
    const uint64_t end = align_down(start + size, block_size);
    mm::zero_block(to, block - start);
    constexpr uint64_t unrolled = 8;
    const uint64_t step = block_size;
    for (; end - block >= unrolled * step; block += step) {
        for (uint64_t i = 1; i < unrolled; i++) {
            cbo_zero(block);
            block += step;
        }
        cbo_zero(block);
    }
    for (; block != end; block += step) {
        cbo_zero(block);
    }
    mm::zero_block(reinterpret_cast<std::byte*>(end), start + size - end);
}

}  // namespace hv::arch

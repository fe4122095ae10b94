// Clearing memory by whole cache blocks, where the harts can.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hv::arch {

/// From now on zero_by_blocks() uses CBO.ZERO, which clears blocks of `block` bytes, a power of two, on all harts.
void use_cbo_zero(uint32_t block);

/// As mm::zero_block(): for mm::HostMemory.
void zero_by_blocks(std::byte* to, size_t size);

}  // namespace hv::arch

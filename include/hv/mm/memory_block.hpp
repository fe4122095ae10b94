// Copying and clearing memory that somebody else, a guest, may be using at the same time.
#pragma once

#include <cstddef>

namespace hv::mm {

/// Copies `size` bytes between blocks that do not overlap. 2.4 instructions per 8 bytes where both lie alike within
/// 8 bytes, about 6 otherwise. Every byte is read once and written once, whatever the guest does meanwhile.
void copy_block(std::byte* to, const std::byte* from, size_t size);

/// Writes zeros: 1.06 instructions per 8 bytes.
void zero_block(std::byte* to, size_t size);

}  // namespace hv::mm

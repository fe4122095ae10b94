// The heap that a Vector grows in: a seam, so that pure code can allocate without knowing the allocator.
#pragma once

#include <cstddef>

namespace hv::heap {

/// `size` bytes aligned to `align`, a power of two; panics where there is no room. Size 0 gives a distinct pointer.
[[nodiscard]] void* allocate(size_t size, size_t align);

/// The same, or nullptr where there is no room.
[[nodiscard]] void* try_allocate(size_t size, size_t align);

/// Makes the block of `old_size` bytes at `block` `new_size` bytes long where it lies. False, and nothing has
/// changed, where it is not the heap's last block or there is no room behind it.
[[nodiscard]] bool try_grow(void* block, size_t old_size, size_t new_size);

// There is no free: memory is given out once, at boot. What is destroyed is left where it lies.

}  // namespace hv::heap

// The heap that Vectors grow in on the host: malloc's, with a script by which a test makes it run out or grow
// blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hv::test {

/// What the heap is to do, and what it was asked. Set up and read by tests; `reset_heap()` makes it as new.
struct HeapScript {
    struct Allocation {
        void* block;  ///< nullptr where there was no room
        size_t size;
        size_t align;
    };
    struct Growth {
        void* block;
        size_t old_size;
        size_t new_size;
        bool granted;
    };

    /// How many requests succeed, growths in place included, before every later one fails.
    size_t requests_before_empty = SIZE_MAX;
    /// How many bytes a block can grow by in place while it is the last. They are poisoned until then.
    size_t room_behind_blocks = 0;
    std::vector<Allocation> allocations;
    std::vector<Growth> growths;
};

HeapScript& heap_script();

/// Gives all blocks back, so no Vector may be left, and starts a new script.
void reset_heap();

}  // namespace hv::test

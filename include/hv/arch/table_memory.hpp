// What page tables are built from on this machine: frames from the heap, entries by plain loads and stores.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/lib/address.hpp>

namespace hv::arch {

/// mm::FrameSource: zeroed tables. Running out of heap is a panic: tables are only made at boot, by one hart.
struct HeapFrames {
    /// What aligning a large table skips is kept for small ones.
    static std::optional<PhysAddr> allocate(uint64_t size, uint64_t align);
};

/// mm::EntryMemory, for tables that no hart walks yet.
struct DirectMemory {
    static uint64_t read(PhysAddr at) { return *reinterpret_cast<const uint64_t*>(at.value()); }
    static void write(PhysAddr at, uint64_t entry) { *reinterpret_cast<uint64_t*>(at.value()) = entry; }
};

}  // namespace hv::arch

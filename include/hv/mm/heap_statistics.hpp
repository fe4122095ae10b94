// What a heap's memory went to, for the report before it is sealed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hv::mm {

/// What heap memory is for.
enum class HeapPurpose : uint8_t { other, harts, page_tables, device_tree, console, guests };
inline constexpr size_t heap_purpose_count = 6;

/// The purpose in words: "page tables".
[[nodiscard]] std::string_view name_of(HeapPurpose purpose);

/// All in bytes; used + free == capacity, and used_by adds up to used. What alignment skips counts as used.
struct HeapStatistics {
    uint64_t capacity = 0;
    uint64_t used = 0;
    uint64_t free = 0;
    std::array<uint64_t, heap_purpose_count> used_by{};

    [[nodiscard]] uint64_t used_for(HeapPurpose purpose) const { return used_by[static_cast<size_t>(purpose)]; }
    friend bool operator==(const HeapStatistics&, const HeapStatistics&) = default;
};

}  // namespace hv::mm

// The harts that an SBI call is for, and the fences that it asks of them.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/lib/bits.hpp>
#include <hv/vm/sbi_types.hpp>

namespace hv::vm {

/// [sbi] Binary Encoding: Hart list parameter. `count` is 1 to 64. Nothing where a hart is named that the guest
/// does not have; a base that no bit of the mask stands on need not be a hart.
[[nodiscard]] constexpr std::optional<HartMask> targets_of(uint64_t mask, uint64_t base, unsigned count)
{
    const HartMask all = low_mask(count);
    if (base == UINT64_MAX) {
        return all;
    }
    if (mask == 0) {
        return HartMask{0};
    }
    if (base >= count) {
        return std::nullopt;
    }
    const HartMask targets = mask << base;
    const bool complete = targets >> base == mask;
    return complete && (targets & ~all) == 0 ? std::optional{targets} : std::nullopt;
}

/// Is `hart`, of `count`, the only one meant? False for a list that is in any way unusual, which targets_of() then
/// looks at. Six instructions.
[[nodiscard, gnu::always_inline]] constexpr bool is_only(uint64_t hart, uint64_t mask, uint64_t base)
{
    return base <= hart && mask == uint64_t{1} << (hart - base);
}

/// What a hart of the guest is to flush of what it remembers about the guest's own memory.
struct FenceRequest {
    enum class Kind : uint8_t {
        instructions,         ///< FENCE.I
        addresses,            ///< HFENCE.VVMA, every ASID
        addresses_of_a_space  ///< HFENCE.VVMA of `asid`
    };
    Kind kind = Kind::instructions;
    uint64_t start = 0;  ///< guest-virtual, on a page boundary
    uint64_t pages = 0;  ///< of 4 KiB, from there, at most max_pages: 0 for the whole address space
    uint64_t asid = 0;   ///< less than 2^16

    /// A longer range costs less as a flush of everything; and what one call can ask for is bounded.
    static constexpr uint64_t max_pages = 64;

    friend constexpr bool operator==(FenceRequest, FenceRequest) = default;
};

/// [sbi] RFENCE Extension: the range. The whole space is also what a range that wraps, and one of no size, flush:
/// too much is always right.
[[nodiscard, gnu::always_inline]] constexpr FenceRequest fence_of_addresses(uint64_t start, uint64_t size)
{
    constexpr uint64_t page = 4096;
    FenceRequest request{.kind = FenceRequest::Kind::addresses};
    // Also false for 0 and for 2^64 - 1. Pages that are crossed in part count as well: hence one less.
    if (size - 1 < (FenceRequest::max_pages - 1) * page && start + size >= start) {
        request.start = align_down(start, page);
        request.pages = (start - request.start + size + page - 1) / page;
    }
    return request;
}

/// An ASID that no satp can hold stands for all of them.
[[nodiscard, gnu::always_inline]] constexpr FenceRequest fence_of_space(uint64_t start, uint64_t size,
                                                                        uint64_t asid)
{
    FenceRequest request = fence_of_addresses(start, size);
    if (asid <= 0xffff) {
        request.kind = FenceRequest::Kind::addresses_of_a_space;
        request.asid = asid;
    }
    return request;
}

}  // namespace hv::vm

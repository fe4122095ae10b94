// Where a guest's load or store begins, as far as it takes to tell whether it is naturally aligned.
#pragma once

#include <cstdint>

#include <hv/isa/instruction.hpp>

namespace hv::isa {

/// The lowest three bits of an access's address are those of the register's value and `offset`, added.
struct AccessBase {
    unsigned reg = 0;     ///< x0 to x31
    uint32_t offset = 0;  ///< of which the lowest three bits count

    friend constexpr bool operator==(AccessBase, AccessBase) = default;
};

/// Of an instruction that decode_access() knows. A compressed one's offset is a multiple of its width: left out.
/// [unpriv] Load and Store Instructions; "C" Extension: Load and Store Instructions; Zcb.
[[nodiscard]] constexpr AccessBase base_of_access(uint32_t instruction)
{
    if (instruction_length(instruction) == 4) {
        const bool is_store = (instruction & 0x20) != 0;
        return {instruction >> 15 & 31, instruction >> (is_store ? 7 : 20)};
    }
    return {(instruction & 2) != 0 ? 2 : 8 + (instruction >> 7 & 7), 0};
}

/// Is an access of `size` bytes naturally aligned? One that is not may cross the edge of a page, and then fail at
/// its second part alone, whose address is aligned: so that does not tell.
[[nodiscard]] constexpr bool is_aligned(AccessBase base, uint64_t value, uint64_t size)
{
    return ((value + base.offset) & (size - 1)) == 0;
}

// lw a0, -1(a1); sd a0, 40(sp); c.lw a4, 0(a5); c.sdsp ra, 8(sp).
static_assert(base_of_access(0xfff5'a503) == AccessBase{11, 0xfff});
static_assert(is_aligned(base_of_access(0x02a1'3423), 0x1008, 8));
static_assert(base_of_access(0x4398) == AccessBase{15, 0});
static_assert(base_of_access(0xe406) == AccessBase{2, 0});

}  // namespace hv::isa

// The loads and stores that are told in a few instructions, for where each one counts: htinst.hpp and
// instruction.hpp know the others as well, and agree on these.
#pragma once

#include <cstdint>

#include <hv/isa/htinst.hpp>
#include <hv/isa/instruction.hpp>

namespace hv::isa {

// Each gives none for what it does not know. A load's width that does not exist is taken for an unsigned one of 8
// bytes, which no device answers either.

/// A store of a byte, which is what a console is written with.
struct ByteStore {
    uint64_t reg = 0;     ///< that holds the byte
    uint64_t length = 0;  ///< of the instruction, in bytes; 0: it is none, or not known
};

/// Of htinst: every load.
[[nodiscard, gnu::always_inline]] constexpr MemoryAccess quick_load_of_htinst(uint64_t htinst)
{
    return (htinst & ~uint64_t{0x7f82}) == 0x01 ? MemoryAccess::of_word(static_cast<uint32_t>(htinst))
                                                : MemoryAccess{};
}

/// Of htinst: every one.
[[nodiscard, gnu::always_inline]] constexpr ByteStore quick_byte_store_of_htinst(uint64_t htinst)
{
    return (htinst & ~uint64_t{0x01f0'0002}) == 0x21 ? ByteStore{htinst >> 20, (htinst & 2) + 2} : ByteStore{};
}

/// Of an instruction: the loads of 4 bytes of code, and c.lw.
[[nodiscard, gnu::always_inline]] constexpr MemoryAccess quick_load_of_instruction(uint32_t instruction)
{
    if ((instruction & 0x7f) == 0x03) {
        return MemoryAccess::of_word(instruction & 0x7f83);
    }
    if ((instruction & 0xe003) == 0x4000) {
        return MemoryAccess::of_word(0x2401 | (instruction << 5 & 0x380));
    }
    return {};
}

/// Of an instruction: those of 4 bytes of code.
[[nodiscard, gnu::always_inline]] constexpr ByteStore quick_byte_store_of_instruction(uint32_t instruction)
{
    return (instruction & 0x707f) == 0x23 ? ByteStore{instruction >> 20 & 31, 4} : ByteStore{};
}

// lbu a4, 0(a5); c.lw a4, 0(a5); sb ra, 8(sp).
static_assert(quick_load_of_instruction(0x0007'c703) == decode_access(0x0007'c703));
static_assert(quick_load_of_instruction(0x4398) == decode_access(0x4398));
static_assert(quick_byte_store_of_instruction(0x0011'0423).reg == decode_access(0x0011'0423)->reg());
static_assert(quick_load_of_htinst(0x4783) == decode_htinst(0x4783).access);
static_assert(quick_byte_store_of_htinst(0xd0'0023).reg == decode_htinst(0xd0'0023).access.reg());

}  // namespace hv::isa

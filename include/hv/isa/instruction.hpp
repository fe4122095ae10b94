// What a guest's load or store does: its width, its register, its length, decoded from the instruction.
#pragma once

#include <cstdint>
#include <optional>

namespace hv::isa {

/// 2 or 4 bytes, told from the first two bytes. Longer formats, which no extension of ours has, count as 4.
/// [unpriv] Base Instruction-Length Encoding.
[[nodiscard]] constexpr unsigned instruction_length(uint32_t instruction)
{
    return (instruction & 3) == 3 ? 4 : 2;
}

/// A load or a store between memory and an integer register. Held as htinst has a load, so that to decode is mostly
/// to mask: from bit 0 up a one, the length, the bit that tells a store, the register, the width, unsigned or not.
class MemoryAccess {
public:
    /// None.
    constexpr MemoryAccess() = default;
    /// `size` is 1, 2, 4 or 8, `length` 2 or 4.
    [[nodiscard]] static constexpr MemoryAccess load(unsigned reg, unsigned size, bool is_signed, unsigned length)
    {
        return MemoryAccess{common(reg, size, length) | (is_signed ? 0U : unsigned_bit)};
    }
    [[nodiscard]] static constexpr MemoryAccess store(unsigned reg, unsigned size, unsigned length)
    {
        return MemoryAccess{common(reg, size, length) | store_bit};
    }
    /// Of such a word.
    [[nodiscard]] static constexpr MemoryAccess of_word(uint32_t word) { return MemoryAccess{word}; }

    [[nodiscard]] constexpr bool is_none() const { return word_ == 0; }
    [[nodiscard]] constexpr bool is_store() const { return (word_ & store_bit) != 0; }
    /// Does the load extend the sign? Of a store it says nothing.
    [[nodiscard]] constexpr bool is_signed() const { return (word_ & unsigned_bit) == 0; }
    /// Bytes of memory.
    [[nodiscard]] constexpr unsigned size() const { return 1U << size_log2(); }
    /// The same as a power of two.
    [[nodiscard]] constexpr unsigned size_log2() const { return word_ >> 12 & 3; }
    /// x0 to x31: what a load writes, what a store reads.
    [[nodiscard]] constexpr unsigned reg() const { return word_ >> 7 & 31; }
    /// Bytes of the instruction.
    [[nodiscard]] constexpr unsigned length() const { return 2 + (word_ & 2); }

    /// What a load leaves in its register, of what its bytes hold; bits above the bytes are ignored.
    [[nodiscard]] constexpr uint64_t extended(uint64_t value) const
    {
        const unsigned unused = (0 - (8U << size_log2())) % 64;
        const uint64_t top = value << unused;
        return is_signed() ? static_cast<uint64_t>(static_cast<int64_t>(top) >> unused) : top >> unused;
    }

    friend constexpr bool operator==(MemoryAccess, MemoryAccess) = default;

private:
    static constexpr uint32_t store_bit = 0x20;
    static constexpr uint32_t unsigned_bit = 0x4000;
    uint32_t word_ = 0;

    constexpr explicit MemoryAccess(uint32_t word) : word_{word} {}
    [[nodiscard]] static constexpr uint32_t common(unsigned reg, unsigned size, unsigned length)
    {
        const uint32_t log2 = size == 8 ? 3 : size / 2;
        return 1 | (length & 4) >> 1 | reg << 7 | log2 << 12;
    }
};

namespace instruction_detail {

/// LOAD and STORE.
[[nodiscard, gnu::always_inline]] constexpr std::optional<MemoryAccess> decode_long_access(uint32_t instruction)
{
    const uint32_t opcode = instruction & 0x7c;
    if (opcode == 0x00 && (instruction & 0x7000) != 0x7000) {
        return MemoryAccess::of_word(instruction & 0x7fa3);
    }
    if (opcode == 0x20 && (instruction & 0x4000) == 0) {
        return MemoryAccess::of_word((instruction & 0x3023) | (instruction >> 13 & 0xf80));
    }
    return std::nullopt;
}

/// c.lw c.ld c.sw c.sd, and relative to sp: bit 14 tells them from the rest, bit 15 a store, bit 13 the width.
[[nodiscard, gnu::always_inline]] constexpr std::optional<MemoryAccess> decode_word_access(uint32_t instruction)
{
    const uint32_t size = 0x2001 | (instruction >> 1 & 0x1000);
    const uint32_t as_store = instruction >> 10 & 0x20;
    if ((instruction & 2) == 0) {
        return MemoryAccess::of_word(size | as_store | 0x400 | (instruction << 5 & 0x380));
    }
    if (as_store != 0) {
        return MemoryAccess::of_word(size | as_store | (instruction << 5 & 0xf80));
    }
    if ((instruction & 0xf80) == 0) {
        return std::nullopt;  // a load to x0 is reserved
    }
    return MemoryAccess::of_word(size | (instruction & 0xf80));
}

/// Zcb, in the sixteenth of quadrant 0 that has 100 in front: c.lbu c.lhu c.lh c.sb c.sh.
[[nodiscard]] constexpr std::optional<MemoryAccess> decode_short_access(uint32_t instruction)
{
    const unsigned reg = 8 + (instruction >> 2 & 7);
    const unsigned size = (instruction & 0x0400) != 0 ? 2 : 1;
    const bool is_store = (instruction & 0x0800) != 0;
    const bool is_signed = size == 2 && (instruction & 0x0040) != 0;  // of bytes this bit is the offset's
    if ((instruction & 0x1000) != 0 || (is_store && is_signed)) {
        return std::nullopt;
    }
    return is_store ? MemoryAccess::store(reg, size, 2) : MemoryAccess::load(reg, size, is_signed, 2);
}

}  // namespace instruction_detail

/// The access that an instruction is, where it is one that device memory takes: lb to ld, sb to sd, and all their
/// compressed forms. Nothing for any other: see class_of(). Of a 2-byte one the upper half is ignored.
/// [unpriv] Load and Store Instructions; "C" Extension; Zcb.
[[nodiscard, gnu::always_inline]] constexpr std::optional<MemoryAccess> decode_access(uint32_t instruction)
{
    if ((instruction & 3) == 3) {
        return instruction_detail::decode_long_access(instruction);
    }
    if ((instruction & 0x4001) == 0x4000) {
        return instruction_detail::decode_word_access(instruction);
    }
    if ((instruction & 0xe003) == 0x8000) {
        return instruction_detail::decode_short_access(instruction);
    }
    return std::nullopt;
}

// lbu a4, 0(a5); sd ra, 8(sp); c.lw a4, 0(a5); c.sdsp ra, 8(sp); amoadd.w a4, a5, (a0).
static_assert(decode_access(0x0007'c703) == MemoryAccess::load(14, 1, false, 4));
static_assert(decode_access(0x0011'3423) == MemoryAccess::store(1, 8, 4));
static_assert(decode_access(0x4398) == MemoryAccess::load(14, 4, true, 2));
static_assert(decode_access(0xe406) == MemoryAccess::store(1, 8, 2));
static_assert(!decode_access(0x00f5'272f));

}  // namespace hv::isa

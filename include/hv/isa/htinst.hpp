// What a hart says about an access that met a guest-page fault: the registers htinst and htval.
#pragma once

#include <cstdint>

#include <hv/isa/instruction.hpp>
#include <hv/lib/address.hpp>

namespace hv::isa {

/// What htinst holds. [priv] Hypervisor: Transformed Instruction or Pseudoinstruction for mtinst or htinst.
struct Htinst {
    enum class Kind : uint8_t {
        unknown,  ///< 0, or nothing that we decode: the instruction itself is to be read, and says what it is
        access,   ///< a load or store of an integer register
        /// The same, but the fault is not at its first byte: it crosses the edge of what is mapped, and a device
        /// has no answer to it.
        split_access,
        /// The guest's page tables are where it has no memory, or, read-only, want an A or D bit written. There is
        /// no access to emulate; the guest gets an access fault of the kind of access that began the walk.
        page_table_walk,
    };
    Kind kind = Kind::unknown;
    MemoryAccess access = MemoryAccess::of_word(0);  ///< of Kind::access only

    friend constexpr bool operator==(Htinst, Htinst) = default;
};

namespace instruction_detail {

// The fields that are not 0 in a transformed access: a load's width, rd and bit 1; a store's rs2, width (below 4)
// and bit 1. Masks that a `lui` and an `addi` make.
constexpr bool is_load_htinst(uint64_t htinst)
{
    return (htinst & ~uint64_t{0x7f82}) == 0x01 && (htinst & 0x7000) != 0x7000;
}

constexpr bool is_store_htinst(uint64_t htinst)
{
    return (htinst & ~uint64_t{0x01f0'3002}) == 0x21;
}

constexpr Htinst::Kind rare_kind_of_htinst(uint64_t htinst)
{
    const uint64_t at_first_byte = htinst & ~uint64_t{31 << 15};
    if (is_load_htinst(at_first_byte) || is_store_htinst(at_first_byte)) {
        return Htinst::Kind::split_access;
    }
    // An implicit read or write of 32 or 64 bits: 0x2000, 0x2020, 0x3000, 0x3020.
    return (htinst & ~uint64_t{0x1020}) == 0x2000 ? Htinst::Kind::page_table_walk : Htinst::Kind::unknown;
}

}  // namespace instruction_detail

/// A transformed load or store is the 4-byte form, where compressed with bit 1 cleared, without its immediate, and
/// with the fault's distance from the first byte in the place of rs1. A value that deviates from this in any bit,
/// the upper 32 included, is `unknown`.
[[nodiscard, gnu::always_inline]] constexpr Htinst decode_htinst(uint64_t htinst)
{
    const auto word = static_cast<uint32_t>(htinst);
    if (instruction_detail::is_load_htinst(htinst)) {
        return {Htinst::Kind::access, MemoryAccess::of_word(word)};
    }
    if (instruction_detail::is_store_htinst(htinst)) {
        return {Htinst::Kind::access, MemoryAccess::of_word((word & 0x3023) | word >> 13)};
    }
    return {instruction_detail::rare_kind_of_htinst(htinst), MemoryAccess::of_word(0)};
}

/// The guest-physical address of a guest-page fault, of htval and stval. Where htval is 0 the hart may not have
/// said: the address is then to be found by a walk. [priv] Hypervisor: htval.
[[nodiscard]] constexpr GuestPhysAddr guest_physical_address(uint64_t htval, uint64_t stval)
{
    return GuestPhysAddr{(htval << 2) | (stval & 3)};
}

// As QEMU 10 gives them: lbu a5; c.lw a4; sb a3; c.sw a4; amoadd.w, which is decoded from the instruction; a walk.
static_assert(decode_htinst(0x4783).access == MemoryAccess::load(15, 1, false, 4));
static_assert(decode_htinst(0x2701).access == MemoryAccess::load(14, 4, true, 2));
static_assert(decode_htinst(0xd0'0023).access == MemoryAccess::store(13, 1, 4));
static_assert(decode_htinst(0xe0'2021).access == MemoryAccess::store(14, 4, 2));
static_assert(decode_htinst(0x50'22af).kind == Htinst::Kind::unknown);
static_assert(decode_htinst(0x3000).kind == Htinst::Kind::page_table_walk);

}  // namespace hv::isa

// Instructions as numbers, for the code that scenarios make at run time. Registers are 0 to 31.
#pragma once

#include <cstdint>

namespace guest::encode {

// [unpriv] RV32/64G Instruction Set Listings: funct3 of loads and stores, and what AMOs call their width.
enum class Load : uint32_t { lb = 0, lh = 1, lw = 2, ld = 3, lbu = 4, lhu = 5, lwu = 6 };
enum class Store : uint32_t { sb = 0, sh = 1, sw = 2, sd = 3 };

constexpr uint32_t load(Load kind, uint32_t rd, uint32_t base, int32_t offset = 0)
{
    return (static_cast<uint32_t>(offset) & 0xfff) << 20 | base << 15 | static_cast<uint32_t>(kind) << 12 |
           rd << 7 | 0x03;
}

constexpr uint32_t store(Store kind, uint32_t source, uint32_t base, int32_t offset = 0)
{
    const uint32_t bits = static_cast<uint32_t>(offset) & 0xfff;
    return bits >> 5 << 25 | source << 20 | base << 15 | static_cast<uint32_t>(kind) << 12 | (bits & 31) << 7 |
           0x23;
}

/// flw and fld: width 2 or 3. `fstore` likewise.
constexpr uint32_t fload(uint32_t width, uint32_t fd, uint32_t base)
{
    return base << 15 | width << 12 | fd << 7 | 0x07;
}
constexpr uint32_t fstore(uint32_t width, uint32_t source, uint32_t base)
{
    return source << 20 | base << 15 | width << 12 | 0x27;
}

/// [unpriv] A: funct5, with neither aq nor rl. Width 2 is 32 bits, 3 is 64.
enum class Atomic : uint32_t {
    add = 0x00,
    swap = 0x01,
    lr = 0x02,
    sc = 0x03,
    bxor = 0x04,
    bor = 0x08,
    band = 0x0c
};
constexpr uint32_t atomic(Atomic kind, uint32_t width, uint32_t rd, uint32_t base, uint32_t source)
{
    return static_cast<uint32_t>(kind) << 27 | source << 20 | base << 15 | width << 12 | rd << 7 | 0x2f;
}

/// [unpriv] Zicsr: funct3 of csrrw, csrrs, csrrc.
enum class CsrOp : uint32_t { rw = 1, rs = 2, rc = 3 };
constexpr uint32_t csr(CsrOp op, uint32_t number, uint32_t rd, uint32_t source)
{
    return number << 20 | source << 15 | static_cast<uint32_t>(op) << 12 | rd << 7 | 0x73;
}

/// An instruction of the SYSTEM opcode with funct7, rs2, rs1, funct3 and rd: fences, HLV and HSV.
constexpr uint32_t system(uint32_t funct7, uint32_t rs2, uint32_t rs1, uint32_t funct3 = 0, uint32_t rd = 0)
{
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x73;
}

inline constexpr uint32_t ecall = 0x0000'0073;
inline constexpr uint32_t ebreak = 0x0010'0073;
inline constexpr uint32_t c_ebreak = 0x9002;
inline constexpr uint32_t c_nop = 0x0001;
inline constexpr uint32_t nop = 0x0000'0013;
inline constexpr uint32_t sret = 0x1020'0073;
inline constexpr uint32_t mret = 0x3020'0073;
inline constexpr uint32_t wfi = 0x1050'0073;
inline constexpr uint32_t fence_i = 0x0000'100f;
/// c.jr ra.
inline constexpr uint32_t c_return = 0x8082;

/// addi rd, x0, value.
constexpr uint32_t load_small(uint32_t rd, int32_t value)
{
    return (static_cast<uint32_t>(value) & 0xfff) << 20 | rd << 7 | 0x13;
}

// [unpriv] C: registers of the short forms are x8 to x15, offsets are multiples of the width.
constexpr uint32_t c_lw(uint32_t rd, uint32_t base, uint32_t offset)
{
    return 0x4000 | (offset >> 3 & 7) << 10 | (base - 8) << 7 | (offset >> 2 & 1) << 6 | (offset >> 6 & 1) << 5 |
           (rd - 8) << 2;
}
constexpr uint32_t c_sw(uint32_t source, uint32_t base, uint32_t offset)
{
    return c_lw(source, base, offset) | 0x8000;
}
constexpr uint32_t c_ld(uint32_t rd, uint32_t base, uint32_t offset)
{
    return 0x6000 | (offset >> 3 & 7) << 10 | (base - 8) << 7 | (offset >> 6 & 3) << 5 | (rd - 8) << 2;
}
constexpr uint32_t c_sd(uint32_t source, uint32_t base, uint32_t offset)
{
    return c_ld(source, base, offset) | 0x8000;
}
constexpr uint32_t c_lwsp(uint32_t rd, uint32_t offset)
{
    return 0x4002 | (offset >> 5 & 1) << 12 | rd << 7 | (offset >> 2 & 7) << 4 | (offset >> 6 & 3) << 2;
}
constexpr uint32_t c_ldsp(uint32_t rd, uint32_t offset)
{
    return 0x6002 | (offset >> 5 & 1) << 12 | rd << 7 | (offset >> 3 & 3) << 5 | (offset >> 6 & 7) << 2;
}
constexpr uint32_t c_swsp(uint32_t source, uint32_t offset)
{
    return 0xc002 | (offset >> 2 & 15) << 9 | (offset >> 6 & 3) << 7 | source << 2;
}
constexpr uint32_t c_sdsp(uint32_t source, uint32_t offset)
{
    return 0xe002 | (offset >> 3 & 7) << 10 | (offset >> 6 & 7) << 7 | source << 2;
}

static_assert(load(Load::lw, 10, 11, -4) == 0xffc5'a503 && store(Store::sd, 10, 2, 40) == 0x02a1'3423);
static_assert(atomic(Atomic::swap, 2, 0, 5, 6) == 0x0862'a02f && csr(CsrOp::rw, 0x140, 10, 10) == 0x1405'1573);
static_assert(c_lw(8, 9, 4) == 0x40c0 && c_sd(15, 8, 64) == 0xe03c && c_lwsp(10, 4) == 0x4512);
static_assert(c_ldsp(1, 24) == 0x60e2 && c_swsp(10, 8) == 0xc42a && c_sdsp(8, 16) == 0xe822);

}  // namespace guest::encode

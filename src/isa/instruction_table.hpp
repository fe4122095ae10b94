// The instructions that reports name: a row each, and where the fields of their operands lie.
//
// The bits of a pattern that no operand of its row prints must equal the row's: whatever is not shown is checked.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace hv::isa::instruction_detail {

/// How an operand is written.
enum class OperandKind : uint8_t {
    // These stand behind the name.
    ordering,   ///< .aq .rl
    width,      ///< .w .d
    precision,  ///< .s .d
    integer,    ///< .w .wu .l .lu
    // The others behind a space.
    rounding,  ///< with a comma before it, unless it is dynamic
    csr,
    stack_pointer,  ///< without a field
    x_register,
    f_register,
    short_x_register,  ///< of three bits: x8 to x15
    short_f_register,
    fence_set,
    unsigned_number,
    // These have a sign.
    signed_number,
    upper,   ///< the 20 bits of lui, hexadecimal
    target,  ///< relative to the instruction
};
inline constexpr OperandKind last_suffix = OperandKind::integer;
inline constexpr OperandKind last_word = OperandKind::stack_pointer;
inline constexpr OperandKind last_register = OperandKind::short_f_register;

/// Bits [from, from + width) of the instruction, and where in the operand's value they go.
struct FieldPiece {
    uint8_t from, width, to;
};

/// The letter stands for the operand in a row; a field comes in up to 8 pieces, the one with the sign bit first.
struct OperandSpec {
    char letter;
    OperandKind kind;
    uint8_t piece_count;
    uint8_t first_piece;
};

/// [unpriv] RV32/64G Instruction Set Listings; "C" Extension: Instruction Formats.
// clang-format off
inline constexpr FieldPiece field_pieces[] = {
    /*  0 */ {7, 5, 0}, {15, 5, 0}, {20, 5, 0}, {27, 5, 0},
    /*  4 */ {20, 12, 0}, {25, 7, 5}, {7, 5, 0}, {12, 20, 0},
    /*  8 */ {31, 1, 12}, {7, 1, 11}, {25, 6, 5}, {8, 4, 1},
    /* 12 */ {31, 1, 20}, {12, 8, 12}, {20, 1, 11}, {21, 10, 1},
    /* 16 */ {20, 6, 0}, {24, 4, 0}, {20, 4, 0}, {12, 3, 0},
    /* 20 */ {25, 2, 0}, {12, 1, 0}, {25, 1, 0},
    // Of compressed instructions.
    /* 23 */ {2, 3, 0}, {7, 3, 0}, {2, 5, 0},
    /* 26 */ {12, 1, 5}, {2, 5, 0},
    /* 28 */ {10, 3, 3}, {6, 1, 2}, {5, 1, 6},
    /* 31 */ {10, 3, 3}, {5, 2, 6},
    /* 33 */ {12, 1, 5}, {4, 3, 2}, {2, 2, 6},
    /* 36 */ {12, 1, 5}, {5, 2, 3}, {2, 3, 6},
    /* 39 */ {9, 4, 2}, {7, 2, 6},
    /* 41 */ {10, 3, 3}, {7, 3, 6},
    /* 43 */ {11, 2, 4}, {7, 4, 6}, {6, 1, 2}, {5, 1, 3},
    /* 47 */ {12, 1, 9}, {6, 1, 4}, {5, 1, 6}, {3, 2, 7}, {2, 1, 5},
    /* 52 */ {12, 1, 11}, {11, 1, 4}, {9, 2, 8}, {8, 1, 10}, {7, 1, 6}, {6, 1, 7}, {3, 3, 1}, {2, 1, 5},
    /* 60 */ {12, 1, 8}, {10, 2, 3}, {5, 2, 6}, {3, 2, 1}, {2, 1, 5},
    /* 65 */ {6, 1, 0}, {5, 1, 1},
    // Of conversions.
    /* 67 */ {20, 2, 0},
};

inline constexpr OperandSpec operand_specs[] = {
    {'d', OperandKind::x_register, 1, 0}, {'s', OperandKind::x_register, 1, 1},
    {'t', OperandKind::x_register, 1, 2}, {'D', OperandKind::f_register, 1, 0},
    {'S', OperandKind::f_register, 1, 1}, {'T', OperandKind::f_register, 1, 2},
    {'R', OperandKind::f_register, 1, 3}, {'i', OperandKind::signed_number, 1, 4},
    {'q', OperandKind::signed_number, 2, 5}, {'u', OperandKind::upper, 1, 7},
    {'p', OperandKind::target, 4, 8}, {'a', OperandKind::target, 4, 12},
    {'6', OperandKind::unsigned_number, 1, 16}, {'5', OperandKind::unsigned_number, 1, 2},
    {'c', OperandKind::csr, 1, 4}, {'z', OperandKind::unsigned_number, 1, 1},
    {'P', OperandKind::fence_set, 1, 17}, {'Q', OperandKind::fence_set, 1, 18},
    {'m', OperandKind::rounding, 1, 19}, {'A', OperandKind::ordering, 1, 20},
    {'W', OperandKind::width, 1, 21}, {'F', OperandKind::precision, 1, 22},
    {'l', OperandKind::short_x_register, 1, 23}, {'h', OperandKind::short_x_register, 1, 24},
    {'L', OperandKind::short_f_register, 1, 23}, {'v', OperandKind::x_register, 1, 25},
    {'V', OperandKind::f_register, 1, 25}, {'X', OperandKind::stack_pointer, 0, 0},
    {'j', OperandKind::signed_number, 2, 26}, {'k', OperandKind::unsigned_number, 2, 26},
    {'U', OperandKind::upper, 2, 26}, {'w', OperandKind::unsigned_number, 3, 28},
    {'x', OperandKind::unsigned_number, 2, 31}, {'e', OperandKind::unsigned_number, 3, 33},
    {'f', OperandKind::unsigned_number, 3, 36}, {'E', OperandKind::unsigned_number, 2, 39},
    {'G', OperandKind::unsigned_number, 2, 41}, {'4', OperandKind::unsigned_number, 4, 43},
    {'I', OperandKind::signed_number, 5, 47}, {'J', OperandKind::target, 8, 52},
    {'b', OperandKind::target, 5, 60}, {'n', OperandKind::unsigned_number, 2, 65},
    {'y', OperandKind::unsigned_number, 1, 66}, {'K', OperandKind::integer, 1, 67},
};
// clang-format on

/// One instruction. Of two that match, the first is meant. A row without a name is a reserved pattern. The names of
/// 2-byte instructions, whose lowest bits are not 11, go without their "c.".
struct InstructionRow {
    std::string_view name;
    std::string_view operands;  ///< letters of operand_specs, commas and parentheses
    uint32_t match;
};

// clang-format off
inline constexpr InstructionRow instruction_rows[] = {
    {"lui", "d,u", 0x37}, {"auipc", "d,u", 0x17}, {"jal", "d,a", 0x6f}, {"jalr", "d,i(s)", 0x67},
    {"beq", "s,t,p", 0x63}, {"bne", "s,t,p", 0x1063}, {"blt", "s,t,p", 0x4063}, {"bge", "s,t,p", 0x5063},
    {"bltu", "s,t,p", 0x6063}, {"bgeu", "s,t,p", 0x7063}, {"lb", "d,i(s)", 0x3}, {"lh", "d,i(s)", 0x1003},
    {"lw", "d,i(s)", 0x2003}, {"ld", "d,i(s)", 0x3003}, {"lbu", "d,i(s)", 0x4003}, {"lhu", "d,i(s)", 0x5003},
    {"lwu", "d,i(s)", 0x6003}, {"sb", "t,q(s)", 0x23}, {"sh", "t,q(s)", 0x1023}, {"sw", "t,q(s)", 0x2023},
    {"sd", "t,q(s)", 0x3023}, {"addi", "d,s,i", 0x13}, {"slti", "d,s,i", 0x2013}, {"sltiu", "d,s,i", 0x3013},
    {"xori", "d,s,i", 0x4013}, {"ori", "d,s,i", 0x6013}, {"andi", "d,s,i", 0x7013}, {"addiw", "d,s,i", 0x1b},
    {"slli", "d,s,6", 0x1013}, {"srli", "d,s,6", 0x5013}, {"srai", "d,s,6", 0x4000'5013},
    {"slliw", "d,s,5", 0x101b}, {"srliw", "d,s,5", 0x501b}, {"sraiw", "d,s,5", 0x4000'501b},
    {"add", "d,s,t", 0x33}, {"sub", "d,s,t", 0x4000'0033}, {"sll", "d,s,t", 0x1033}, {"slt", "d,s,t", 0x2033},
    {"sltu", "d,s,t", 0x3033}, {"xor", "d,s,t", 0x4033}, {"srl", "d,s,t", 0x5033},
    {"sra", "d,s,t", 0x4000'5033}, {"or", "d,s,t", 0x6033}, {"and", "d,s,t", 0x7033}, {"addw", "d,s,t", 0x3b},
    {"subw", "d,s,t", 0x4000'003b}, {"sllw", "d,s,t", 0x103b}, {"srlw", "d,s,t", 0x503b},
    {"sraw", "d,s,t", 0x4000'503b}, {"mul", "d,s,t", 0x200'0033}, {"mulh", "d,s,t", 0x200'1033},
    {"mulhsu", "d,s,t", 0x200'2033}, {"mulhu", "d,s,t", 0x200'3033}, {"div", "d,s,t", 0x200'4033},
    {"divu", "d,s,t", 0x200'5033}, {"rem", "d,s,t", 0x200'6033}, {"remu", "d,s,t", 0x200'7033},
    {"mulw", "d,s,t", 0x200'003b}, {"divw", "d,s,t", 0x200'403b}, {"divuw", "d,s,t", 0x200'503b},
    {"remw", "d,s,t", 0x200'603b}, {"remuw", "d,s,t", 0x200'703b}, {"pause", "", 0x100'000f},
    {"fence.tso", "", 0x8330'000f}, {"fence", "P,Q", 0xf}, {"fence.i", "", 0x100f}, {"ecall", "", 0x73},
    {"ebreak", "", 0x10'0073}, {"unimp", "", 0xc000'1073}, {"csrrw", "d,c,s", 0x1073},
    {"csrrs", "d,c,s", 0x2073}, {"csrrc", "d,c,s", 0x3073}, {"csrrwi", "d,c,z", 0x5073},
    {"csrrsi", "d,c,z", 0x6073}, {"csrrci", "d,c,z", 0x7073}, {"sret", "", 0x1020'0073},
    {"mret", "", 0x3020'0073}, {"wfi", "", 0x1050'0073}, {"sfence.w.inval", "", 0x1800'0073},
    {"sfence.inval.ir", "", 0x1810'0073}, {"wrs.nto", "", 0xd0'0073}, {"wrs.sto", "", 0x1d0'0073},
    {"sfence.vma", "s,t", 0x1200'0073}, {"sinval.vma", "s,t", 0x1600'0073}, {"hfence.vvma", "s,t", 0x2200'0073},
    {"hfence.gvma", "s,t", 0x6200'0073}, {"hinval.vvma", "s,t", 0x2600'0073},
    {"hinval.gvma", "s,t", 0x6600'0073}, {"hlv.b", "d,(s)", 0x6000'4073}, {"hlv.bu", "d,(s)", 0x6010'4073},
    {"hlv.h", "d,(s)", 0x6400'4073}, {"hlv.hu", "d,(s)", 0x6410'4073}, {"hlvx.hu", "d,(s)", 0x6430'4073},
    {"hlv.w", "d,(s)", 0x6800'4073}, {"hlv.wu", "d,(s)", 0x6810'4073}, {"hlvx.wu", "d,(s)", 0x6830'4073},
    {"hlv.d", "d,(s)", 0x6c00'4073}, {"hsv.b", "t,(s)", 0x6200'4073}, {"hsv.h", "t,(s)", 0x6600'4073},
    {"hsv.w", "t,(s)", 0x6a00'4073}, {"hsv.d", "t,(s)", 0x6e00'4073}, {"cbo.inval", "(s)", 0x200f},
    {"cbo.clean", "(s)", 0x10'200f}, {"cbo.flush", "(s)", 0x20'200f}, {"cbo.zero", "(s)", 0x40'200f},
    {"lr", "WAd,(s)", 0x1000'202f}, {"sc", "WAd,t,(s)", 0x1800'202f}, {"amoswap", "WAd,t,(s)", 0x800'202f},
    {"amoadd", "WAd,t,(s)", 0x202f}, {"amoxor", "WAd,t,(s)", 0x2000'202f}, {"amoand", "WAd,t,(s)", 0x6000'202f},
    {"amoor", "WAd,t,(s)", 0x4000'202f}, {"amomin", "WAd,t,(s)", 0x8000'202f},
    {"amomax", "WAd,t,(s)", 0xa000'202f}, {"amominu", "WAd,t,(s)", 0xc000'202f},
    {"amomaxu", "WAd,t,(s)", 0xe000'202f}, {"flw", "D,i(s)", 0x2007}, {"fld", "D,i(s)", 0x3007},
    {"fsw", "T,q(s)", 0x2027}, {"fsd", "T,q(s)", 0x3027}, {"fmadd", "FD,S,T,Rm", 0x43},
    {"fmsub", "FD,S,T,Rm", 0x47}, {"fnmsub", "FD,S,T,Rm", 0x4b}, {"fnmadd", "FD,S,T,Rm", 0x4f},
    {"fadd", "FD,S,Tm", 0x53}, {"fsub", "FD,S,Tm", 0x800'0053}, {"fmul", "FD,S,Tm", 0x1000'0053},
    {"fdiv", "FD,S,Tm", 0x1800'0053}, {"fsqrt", "FD,Sm", 0x5800'0053}, {"fsgnj", "FD,S,T", 0x2000'0053},
    {"fsgnjn", "FD,S,T", 0x2000'1053}, {"fsgnjx", "FD,S,T", 0x2000'2053}, {"fmin", "FD,S,T", 0x2800'0053},
    {"fmax", "FD,S,T", 0x2800'1053}, {"feq", "Fd,S,T", 0xa000'2053}, {"flt", "Fd,S,T", 0xa000'1053},
    {"fle", "Fd,S,T", 0xa000'0053}, {"fcvt", "KFd,Sm", 0xc000'0053}, {"fcvt", "FKD,sm", 0xd000'0053},
    {"fcvt.s.d", "D,Sm", 0x4010'0053}, {"fcvt.d.s", "D,Sm", 0x4200'0053}, {"fclass", "Fd,S", 0xe000'1053},
    {"fmv.x.w", "d,S", 0xe000'0053}, {"fmv.x.d", "d,S", 0xe200'0053}, {"fmv.w.x", "D,s", 0xf000'0053},
    {"fmv.d.x", "D,s", 0xf200'0053},
    {"unimp", "", 0x0}, {"", "l", 0x0}, {"addi4spn", "l,X,4", 0x0}, {"fld", "L,x(h)", 0x2000},
    {"lw", "l,w(h)", 0x4000}, {"ld", "l,x(h)", 0x6000}, {"lbu", "l,n(h)", 0x8000}, {"lhu", "l,y(h)", 0x8400},
    {"lh", "l,y(h)", 0x8440}, {"sb", "l,n(h)", 0x8800}, {"sh", "l,y(h)", 0x8c00}, {"fsd", "L,x(h)", 0xa000},
    {"sw", "l,w(h)", 0xc000}, {"sd", "l,x(h)", 0xe000}, {"nop", "", 0x1}, {"addi", "d,j", 0x1},
    {"", "j", 0x2001}, {"addiw", "d,j", 0x2001}, {"li", "d,j", 0x4001}, {"", "d", 0x6001},
    {"addi16sp", "X,I", 0x6101}, {"lui", "d,U", 0x6001}, {"srli", "h,k", 0x8001}, {"srai", "h,k", 0x8401},
    {"andi", "h,j", 0x8801}, {"sub", "h,l", 0x8c01}, {"xor", "h,l", 0x8c21}, {"or", "h,l", 0x8c41},
    {"and", "h,l", 0x8c61}, {"subw", "h,l", 0x9c01}, {"addw", "h,l", 0x9c21}, {"mul", "h,l", 0x9c41},
    {"zext.b", "h", 0x9c61}, {"sext.b", "h", 0x9c65}, {"zext.h", "h", 0x9c69}, {"sext.h", "h", 0x9c6d},
    {"zext.w", "h", 0x9c71}, {"not", "h", 0x9c75}, {"j", "J", 0xa001}, {"beqz", "h,b", 0xc001},
    {"bnez", "h,b", 0xe001}, {"slli", "d,k", 0x2}, {"fldsp", "D,f(X)", 0x2002}, {"", "e", 0x4002},
    {"lwsp", "d,e(X)", 0x4002}, {"", "f", 0x6002}, {"ldsp", "d,f(X)", 0x6002}, {"", "", 0x8002},
    {"jr", "d", 0x8002}, {"mv", "d,v", 0x8002}, {"ebreak", "", 0x9002}, {"jalr", "d", 0x9002},
    {"add", "d,v", 0x9002}, {"fsdsp", "V,G(X)", 0xa002}, {"swsp", "v,E(X)", 0xc002}, {"sdsp", "v,G(X)", 0xe002},
};
// clang-format on

}  // namespace hv::isa::instruction_detail

// An instruction as an assembler writes it, for reports: `lw a5, 8(a0)`.
#pragma once

#include <cstdint>

#include <hv/lib/format.hpp>

namespace hv::isa {

/// Formats as the instruction in its lowest 2 or 4 bytes: RV64GC, the CSR instructions, H, Zcb, Svinval, Zicbo* and
/// Zawrs, without aliases; a branch's target is relative to it (`.-8`), and what is none of these is `.word 0x...`
/// or, of 2 bytes, `.half 0x...`.
struct InstructionText {
    uint32_t instruction = 0;
};
void format_value(FormatOutput& out, InstructionText text);

/// Writes the same.
inline void describe_instruction(FormatOutput& out, uint32_t instruction)
{
    format_value(out, InstructionText{instruction});
}

/// Formats as the name of an integer register, 0 to 31, in the calling convention: `zero`, `a0`, `s11`.
struct XRegister {
    unsigned number = 0;
};
void format_value(FormatOutput& out, XRegister reg);

}  // namespace hv::isa

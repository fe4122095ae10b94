// The instruction that a guest's hart was at, read in one load.
#pragma once

#include <cstdint>

#include <hv/arch/guest_cpu.hpp>

namespace hv::arch {

/// The instruction at `pc`, as the guest's own fetch sees it; 0 where that would fault, or where it takes more than
/// one load. Of a compressed one the upper half is anything. sepc and the way back into the guest stay as they
/// were.
[[gnu::always_inline]] inline uint32_t fetch_quickly(uint64_t pc)
{
    constexpr uint64_t last_halfword = 0xffe;
    if ((pc & last_halfword) == last_halfword) [[unlikely]] {
        return 0;
    }
    uint64_t instruction = 0;
    // HLVX.WU: [priv] Hypervisor: Hypervisor Virtual-Machine Load and Store Instructions.
    asm volatile("1: .insn r 0x73, 4, 0x34, %0, %1, x3\n"
                 "2:\n"
                 "   .pushsection .fixup_table, \"a\"\n"
                 "   .dword 1b, 2b\n"
                 "   .popsection"
                 : "+&r"(instruction)
                 : "r"(pc)
                 : "memory");
    if (instruction == 0) [[unlikely]] {
        restore_way_back(pc);
    }
    return static_cast<uint32_t>(instruction);
}

}  // namespace hv::arch

// The instruction that a guest's hart was at, read in one load.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/offsets.h>

namespace hv::arch {

/// The instruction at `pc` as the guest's own fetch sees it; nothing where that fetch would fault. Two bytes at a
/// time, as the second two may lie on a page that is not there. The way back into the guest then leads to `pc`.
[[nodiscard]] std::optional<uint32_t> fetch_instruction(uint64_t pc);

/// What the hart said when it left the guest.
struct ExitFacts {
    uint64_t scause = 0;
    uint64_t sepc = 0;
    uint64_t stval = 0;
    uint64_t htval = 0;
};

/// Where a hypervisor load of the guest's memory has faulted, it has overwritten all of these, and the way back.
[[gnu::always_inline]] inline void restore_exit(const ExitFacts& exit)
{
    restore_way_back(exit.sepc);
    write_csr<isa::Csr::scause>(exit.scause);
    write_csr<isa::Csr::stval>(exit.stval);
    write_csr<isa::Csr::htval>(exit.htval);
    write_csr<isa::Csr::htinst>(0);  // the quick path fetches only where it was
}

/// The instruction that the guest was at, as its own fetch sees it; 0 where that would fault, or where it takes
/// more than one load. Of a compressed one the upper half is anything. The CSRs stay as `exit` has them.
[[gnu::always_inline]] inline uint32_t fetch_quickly(const ExitFacts& exit)
{
    constexpr uint64_t last_halfword = 0xffe;
    if ((exit.sepc & last_halfword) == last_halfword) [[unlikely]] {
        return 0;
    }
    uint64_t instruction = 0;
    uint64_t guest_sp = 0;
    // HLVX.WU: [priv] Hypervisor: Hypervisor Virtual-Machine Load and Store Instructions. Where it faults,
    // trap_entry looks at sp, which is the guest's in a leaf, and so may be anything: the hart's own takes its
    // place meanwhile.
    asm volatile("   mv %1, sp\n"
                 "   ld sp, %3(tp)\n"
                 "1: .insn r 0x73, 4, 0x34, %0, %2, x3\n"
                 "2: mv sp, %1\n"
                 "   .pushsection .fixup_table, \"a\"\n"
                 "   .dword 1b, 2b\n"
                 "   .popsection"
                 : "+&r"(instruction), "=&r"(guest_sp)
                 : "r"(exit.sepc), "i"(HV_HART_STACK_TOP)
                 : "memory");
    if (instruction == 0) [[unlikely]] {
        restore_exit(exit);
    }
    return static_cast<uint32_t>(instruction);
}

}  // namespace hv::arch

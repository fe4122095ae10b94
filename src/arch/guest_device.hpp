// A guest's access to a device, and the fetch of the instruction that made it: what both paths of an exit share.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/arch/guest.hpp>
#include <hv/isa/instruction.hpp>

namespace hv::arch {

/// What an access set off besides: here at once, on other harts by interrupting them.
void settle_access(Vcpu& vcpu, dev::Effects effects);

/// Does the frame hold register `number` on every path, and is it not x0?
[[gnu::always_inline]] inline bool is_in_frame(unsigned number)
{
    return (GuestFrame::saved_on_every_exit >> number & 1) != 0;
}

/// A load or store of one register at a device. False where no device answers it, and then nothing has happened.
inline bool access_device(GuestFrame& frame, GuestPhysAddr address, isa::MemoryAccess access)
{
    const dev::Place place = dev::place_of(address);
    if (place.device == dev::Device::none) {
        return false;
    }
    Guest& guest = *frame.guest;
    const bool is_plic = place.device == dev::Device::plic;
    dev::Effects effects;
    if (access.is_store()) {
        const uint64_t value = frame.x(access.reg());
        effects = is_plic ? guest.plic().store(place.offset, access.size(), value)
                          : guest.serial_port().store(place.offset, access.size(), value);
    } else {
        const dev::Loaded loaded = is_plic ? guest.plic().load(place.offset, access.size())
                                           : guest.serial_port().load(place.offset, access.size());
        effects = loaded.effects;
        if (!effects.has_access_fault()) {
            frame.set_x(access.reg(), access.extended(loaded.value));
        }
    }
    if (!effects.none()) [[unlikely]] {
        if (effects.has_access_fault()) {
            return false;
        }
        settle_access(*frame.vcpu, effects);
    }
    return true;
}

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

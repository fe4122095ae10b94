// A guest's access to a device, whatever it sets off: what the paths of an exit share.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/arch/guest.hpp>
#include <hv/isa/instruction.hpp>

namespace hv::arch {

/// What an access set off besides: here at once, on other harts by interrupting them.
void settle_access(Vcpu& vcpu, dev::Effects effects);

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

}  // namespace hv::arch

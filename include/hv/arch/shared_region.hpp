// Memory that several guests share: its doorbell, and the line of each guest that this drives.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <hv/dev/doorbell.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/spinlock.hpp>

namespace hv::arch {

class Guest;
struct Vcpu;
struct DoorbellLine;

/// One region. Built at boot, from the heap, and never destroyed. Where its memory lies is for each member's
/// GuestPlan; it is zero at boot, and nobody clears it when a member starts anew: the others use it.
struct SharedRegion {
    SharedRegion(unsigned its_number, unsigned members) : number{its_number}, doorbell{members} {}

    unsigned number;  ///< where members have its doorbell, and on which interrupt
    dev::Doorbell doorbell;
    std::array<DoorbellLine*, dev::Doorbell::max_members> lines{};  ///< member n's
};

/// A doorbell's line into the interrupt controller of one guest.
struct DoorbellLine {
    SharedRegion* region = nullptr;
    unsigned member = 0;     ///< of the region: the guest's number
    Guest* guest = nullptr;  ///< set by the guest
    /// Keeps the line's moves in their order. By harts of this guest only: a ringer asks one of them to look.
    SpinLock lock{};
    /// The vCPU that has last touched PENDING: likely the one that takes the interrupt, so that it is asked.
    std::atomic<uint64_t> listener = 0;
};

/// A load or store of one register of a doorbell, by this hart's vCPU. False where the guest has none there, or no
/// such register, and then nothing has happened.
[[gnu::cold, gnu::noinline]] bool access_doorbell(GuestPhysAddr address, isa::MemoryAccess access);

/// Somebody has rung this hart's guest: moves its lines, and tells its other vCPUs.
[[gnu::cold]] void answer_doorbells(Vcpu& vcpu);

/// The guest starts anew: nobody has rung it.
void reset_doorbells(Guest& guest);

}  // namespace hv::arch

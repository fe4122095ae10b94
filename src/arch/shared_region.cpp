// How one guest's store at a doorbell becomes another guest's interrupt.
//
// No lock is held for another guest: the ringer sets a bit and asks one of the other's harts to look, once for each
// time that this guest has cleared its bits. That hart then moves its own guest's line. To ring a guest that has
// ended, or waits to be started, is harmless: its harts look, and its bits are cleared before it starts.
#include <hv/arch/shared_region.hpp>

#include <hv/arch/guest.hpp>

#include "guest_device.hpp"

namespace hv::arch {
namespace {

/// The line of the doorbell that the guest has in this page.
DoorbellLine* find_line(const Guest& guest, uint64_t page)
{
    for (DoorbellLine* line : guest.plan().doorbells) {
        if (line->region->number == page) {
            return line;
        }
    }
    return nullptr;
}

/// The line becomes what the doorbell says now.
dev::Effects move_line(DoorbellLine& line)
{
    const SpinLock::Held held{line.lock};
    return line.guest->plic().set_level(dev::doorbell_source(line.region->number),
                                        line.region->doorbell.level(line.member));
}

}  // namespace

bool access_doorbell(GuestPhysAddr address, isa::MemoryAccess access)
{
    using dev::doorbell_map::pages;
    constexpr uint64_t page_size = 4096;
    if (!pages.contains(address)) {
        return false;
    }
    GuestFrame& frame = this_hart().guest;
    const uint64_t offset = (address - pages.start) % page_size;
    DoorbellLine* const line = find_line(*frame.guest, (address - pages.start) / page_size);
    if (line == nullptr) {
        return false;
    }
    dev::Doorbell& doorbell = line->region->doorbell;
    if (offset == dev::doorbell_map::pending) {
        line->listener = frame.hart_id;
    }
    if (!access.is_store()) {
        const auto value = doorbell.load(line->member, offset, access.size());
        if (value) {
            frame.set_x(access.reg(), access.extended(*value));
        }
        return value.has_value();
    }
    const auto done =
        doorbell.store(line->member, offset, access.size(), static_cast<uint32_t>(frame.x(access.reg())));
    if (done.moved == line->member) {
        settle_access(*frame.vcpu, move_line(*line));
    } else if (done.moved) {
        const DoorbellLine& other = *line->region->lines[*done.moved];
        send_request(*other.guest->vcpus()[other.listener], request::doorbell);
    }
    return !done.access_fault;
}

void answer_doorbells(Vcpu& vcpu)
{
    dev::Effects effects;
    for (DoorbellLine* line : vcpu.guest->plan().doorbells) {
        effects = effects | move_line(*line);
    }
    settle_access(vcpu, effects);
}

void reset_doorbells(Guest& guest)
{
    for (DoorbellLine* line : guest.plan().doorbells) {
        line->region->doorbell.reset(line->member);
        line->listener = 0;
        // The PLIC is reset next, and tells of no move: the guest is not running.
        static_cast<void>(move_line(*line));
    }
}

}  // namespace hv::arch

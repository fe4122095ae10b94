// The doorbell of a region that guests share: one member rings another, which an interrupt of its own tells.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include <hv/lib/address.hpp>

namespace hv::dev {

/// Offsets in bytes from the start of a doorbell's page. All registers are of 32 bits, naturally aligned; any other
/// access, and whatever else is in the page, is an access fault.
namespace doorbell_map {
inline constexpr uint64_t ring = 0x0;  ///< written: the number of the member to ring, oneself included; reads as 0
inline constexpr uint64_t member = 0x4;   ///< read: the number of the member that reads it
inline constexpr uint64_t pending = 0x8;  ///< bit k: member k has rung since; written: bits that are 1 are cleared
inline constexpr uint64_t members = 0xc;  ///< read: how many members there are

inline constexpr unsigned max_doorbells = 8;
inline constexpr GuestPhysRange pages{GuestPhysAddr{0x1020'0000}, max_doorbells* uint64_t{0x1000}};
inline constexpr unsigned first_source = 64;
}  // namespace doorbell_map

/// Where every member has doorbell `number`, less than max_doorbells.
[[nodiscard]] constexpr GuestPhysRange doorbell_page(unsigned number)
{
    return {doorbell_map::pages.start + number * uint64_t{0x1000}, 0x1000};
}
/// The PLIC source that it drives.
[[nodiscard]] constexpr unsigned doorbell_source(unsigned number)
{
    return doorbell_map::first_source + number;
}

/// The registers of all members, who are numbered from 0. A member's line is high while its PENDING is not 0.
///
/// Any hart of any member may call anything at any time. There is no lock and no loop: nobody waits for another
/// guest. What a member wrote before it rang is seen by whoever has found its bit in PENDING.
class Doorbell {
public:
    static constexpr unsigned max_members = 16;

    /// What a store has done.
    struct Stored {
        bool access_fault = false;  ///< there is no such register: nothing has happened
        /// Whose line has moved: level() of it is to be looked at again.
        std::optional<unsigned> moved{};

        friend constexpr bool operator==(const Stored&, const Stored&) = default;
    };

    /// Of 1 to max_members.
    explicit Doorbell(unsigned members);

    [[nodiscard]] unsigned members() const { return members_; }

    /// A load of `width` bytes by `member`; nothing where that is an access fault.
    [[nodiscard]] std::optional<uint32_t> load(unsigned member, uint64_t offset, uint64_t width) const;
    /// A store by `member`. Ringing nobody, or one whose PENDING has the bit, changes nothing: a member that rings
    /// in a flood moves another's line no oftener than that one clears its PENDING.
    [[nodiscard]] Stored store(unsigned member, uint64_t offset, uint64_t width, uint32_t value);

    /// The member starts anew: nobody has rung it.
    void reset(unsigned member) { pending_[member].store(0); }

    /// Is the member's line high?
    [[nodiscard]] bool level(unsigned member) const { return pending_[member].load() != 0; }

private:
    unsigned members_;
    std::array<std::atomic<uint32_t>, max_members> pending_{};
};

}  // namespace hv::dev

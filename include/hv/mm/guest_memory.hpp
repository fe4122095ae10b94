// The one door into a guest's memory: every byte that the hypervisor reads or writes there is checked here.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/format.hpp>
#include <hv/mm/memory_block.hpp>
#include <hv/mm/page_table_types.hpp>

namespace hv::mm {

/// A stretch of a guest's memory, in one piece of the machine's.
struct GuestRegion {
    GuestPhysRange range{};
    PhysAddr host{};  ///< of the first byte
    GuestAccess access = GuestAccess::read_write_execute;

    [[nodiscard]] constexpr bool writable() const
    {
        return access == GuestAccess::read_write || access == GuestAccess::read_write_execute;
    }
};

/// How the machine's memory is reached. As it stands: through the kernel's identity map, with plain stores.
struct HostMemory {
    uint64_t offset = 0;                                    ///< of a physical byte's pointer from its address
    void (*zero)(std::byte* to, size_t size) = zero_block;  ///< may be quicker, where there is a cbo.zero
};

/// The first byte that was refused, and why.
struct GuestMemoryFault {
    enum class Reason : uint8_t { unmapped, read_only };
    Reason reason = Reason::unmapped;
    GuestPhysAddr address{};

    friend constexpr bool operator==(GuestMemoryFault, GuestMemoryFault) = default;
};

/// "no memory of the guest", "read-only memory of the guest"
[[nodiscard]] std::string_view name_of(GuestMemoryFault::Reason reason);
/// "0x90000000: no memory of the guest"
void format_value(FormatOutput& out, const GuestMemoryFault& fault);

/// A guest's regions, which do not overlap. A range may cross from one region into the next; one with a byte that
/// is refused, or that runs past 2^64, fails as a whole: nothing is read or written. An empty range never fails,
/// wherever it lies. What a check costs is bounded by the number of regions, whatever the size. No pointer into a
/// guest's memory is ever given out.
class GuestMemory {
public:
    using Fault = GuestMemoryFault;

    /// `regions` outlive it.
    constexpr explicit GuestMemory(std::span<const GuestRegion> regions, HostMemory host = {})
        : regions_{regions},
          host_{host}
    {
    }

    [[nodiscard]] constexpr std::span<const GuestRegion> regions() const { return regions_; }

    [[nodiscard]] Expected<void, Fault> check_readable(GuestPhysRange range) const;
    [[nodiscard]] Expected<void, Fault> check_writable(GuestPhysRange range) const;

    /// Out of the guest's memory; `to` is not in it.
    [[nodiscard]] Expected<void, Fault> copy_out(GuestPhysAddr from, std::span<std::byte> to) const;
    /// Into the guest's memory; `from` is not in it.
    [[nodiscard]] Expected<void, Fault> copy_in(GuestPhysAddr to, std::span<const std::byte> from) const;
    [[nodiscard]] Expected<void, Fault> zero(GuestPhysRange range) const;

    /// A little-endian number: of 4 or 8 bytes and aligned, in one access, which no write of the guest's can tear.
    template <std::unsigned_integral T>
    [[nodiscard]] Expected<T, Fault> read(GuestPhysAddr at) const
    {
        HV_TRY(const uint64_t value, read_number(at, sizeof(T)));
        return static_cast<T>(value);
    }
    template <std::unsigned_integral T>
    [[nodiscard]] Expected<void, Fault> write(GuestPhysAddr at, std::type_identity_t<T> value) const
    {
        return write_number(at, sizeof(T), value);
    }

private:
    /// A part of a range that lies in one region.
    struct Piece {
        std::byte* memory = nullptr;
        uint64_t size = 0;  ///< 0 where there is no region
        bool writable = false;
    };
    [[nodiscard]] Piece piece_at(GuestPhysRange range) const;
    [[nodiscard]] Expected<void, Fault> check(GuestPhysRange range, bool write) const;
    /// Calls `use` with every piece of a range that was checked.
    template <typename Use>
    void for_each_piece(GuestPhysRange range, Use use) const;
    [[nodiscard]] Expected<uint64_t, Fault> read_number(GuestPhysAddr at, size_t size) const;
    [[nodiscard]] Expected<void, Fault> write_number(GuestPhysAddr at, size_t size, uint64_t value) const;

    std::span<const GuestRegion> regions_;
    HostMemory host_;
};

}  // namespace hv::mm

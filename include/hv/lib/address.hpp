// Addresses that name the space they are in: two from different spaces do not compare, subtract or mix.
#pragma once

#include <compare>
#include <cstdint>

namespace hv {

/// A byte address in one address space, named by the tag `Space`. Arithmetic wraps modulo 2^64, as hardware's
/// does: code that adds a guest's or a device tree's number checks with AddressRange first.
template <typename Space>
class Address {
public:
    constexpr Address() = default;
    constexpr explicit Address(uint64_t value) : value_{value} {}

    [[nodiscard]] constexpr uint64_t value() const { return value_; }

    /// `align` is a power of two.
    [[nodiscard]] constexpr bool is_aligned(uint64_t align) const { return (value_ & (align - 1)) == 0; }
    [[nodiscard]] constexpr Address align_down(uint64_t align) const { return Address{value_ & ~(align - 1)}; }
    /// Wraps to 0 where no aligned address is left above.
    [[nodiscard]] constexpr Address align_up(uint64_t align) const
    {
        return Address{(value_ + (align - 1)) & ~(align - 1)};
    }

    friend constexpr Address operator+(Address a, uint64_t bytes) { return Address{a.value_ + bytes}; }
    friend constexpr Address operator-(Address a, uint64_t bytes) { return Address{a.value_ - bytes}; }
    /// Bytes from b up to a.
    friend constexpr uint64_t operator-(Address a, Address b) { return a.value_ - b.value_; }
    constexpr Address& operator+=(uint64_t bytes) { return *this = *this + bytes; }
    friend constexpr auto operator<=>(Address, Address) = default;

private:
    uint64_t value_ = 0;
};

/// The host's physical addresses: the specification's "supervisor physical".
using PhysAddr = Address<struct SupervisorPhysical>;
/// The hypervisor's own virtual addresses (HS-mode, equal to the physical ones: the map is the identity).
using VirtAddr = Address<struct SupervisorVirtual>;
/// What a guest believes to be physical.
using GuestPhysAddr = Address<struct GuestPhysical>;
/// What a guest's program counter and pointers hold.
using GuestVirtAddr = Address<struct GuestVirtual>;

/// `size` bytes from `start`; the last byte is at most 2^64 - 1, so `end()` may wrap to 0 and is for printing and
/// loops over known-good ranges only.
template <typename Space>
struct AddressRange {
    Address<Space> start{};
    uint64_t size = 0;

    [[nodiscard]] static constexpr AddressRange between(Address<Space> start, Address<Space> end)
    {
        return {start, end - start};
    }

    [[nodiscard]] constexpr bool empty() const { return size == 0; }
    [[nodiscard]] constexpr Address<Space> end() const { return start + size; }
    /// False if the range runs past the last address, 2^64 - 1.
    [[nodiscard]] constexpr bool fits() const { return size == 0 || start.value() <= UINT64_MAX - (size - 1); }
    [[nodiscard]] constexpr bool contains(Address<Space> a) const { return a - start < size; }
    /// Is every byte of `other` in this range? An empty range is contained everywhere.
    [[nodiscard]] constexpr bool contains(AddressRange other) const
    {
        if (other.empty()) {
            return true;
        }
        const uint64_t offset = other.start - start;
        return offset < size && other.size <= size - offset;
    }
    [[nodiscard]] constexpr bool overlaps(AddressRange other) const
    {
        return !empty() && !other.empty() && (contains(other.start) || other.contains(start));
    }
    friend constexpr bool operator==(AddressRange, AddressRange) = default;
};

using PhysRange = AddressRange<struct SupervisorPhysical>;
using VirtRange = AddressRange<struct SupervisorVirtual>;
using GuestPhysRange = AddressRange<struct GuestPhysical>;

static_assert(sizeof(PhysAddr) == 8);

}  // namespace hv

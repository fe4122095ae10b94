// A guest's memory for tests: regions in a buffer of this process, with poisoned bytes around each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <hv/mm/guest_memory.hpp>

namespace hv::test {

/// Every region is an allocation of its own, so that AddressSanitizer sees each byte too many.
class GuestRam {
public:
    /// Adds a region, filled with a pattern that tells its bytes apart, and `skew` bytes past an 8-byte boundary.
    void add(GuestPhysRange range, mm::GuestAccess access = mm::GuestAccess::read_write_execute, size_t skew = 0)
    {
        auto& bytes = blocks_.emplace_back(new std::byte[range.size + skew]);
        for (uint64_t i = 0; i < range.size; ++i) {
            bytes[i + skew] = pattern(range.start + i);
        }
        const auto at = reinterpret_cast<uintptr_t>(bytes.get()) + skew;
        regions_.push_back({range, PhysAddr{at - offset}, access});
    }

    [[nodiscard]] static std::byte pattern(GuestPhysAddr at)
    {
        return static_cast<std::byte>(at.value() ^ (at.value() >> 8) * 31 ^ 0x5a);
    }

    /// Of the regions so far.
    [[nodiscard]] mm::GuestMemory memory() const { return mm::GuestMemory{regions_, {.offset = offset}}; }

    /// Behind the door's back. `at` lies in a region.
    [[nodiscard]] std::byte& byte(GuestPhysAddr at)
    {
        for (size_t i = 0;; ++i) {
            if (const mm::GuestRegion& region = regions_.at(i); region.range.contains(at)) {
                const uint64_t physical = (region.host + (at - region.range.start)).value();
                return *reinterpret_cast<std::byte*>(physical + offset);
            }
        }
    }

    [[nodiscard]] bool unchanged()
    {
        for (const mm::GuestRegion& region : regions_) {
            for (uint64_t i = 0; i < region.range.size; ++i) {
                if (byte(region.range.start + i) != pattern(region.range.start + i)) {
                    return false;
                }
            }
        }
        return true;
    }

private:
    static constexpr uint64_t offset = 0x12'3456'7000;  // the identity map of the host is not the test's
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::vector<mm::GuestRegion> regions_;
};

}  // namespace hv::test

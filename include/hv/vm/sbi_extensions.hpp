// Which SBI extensions a guest is offered: one word, and an answer without a chain of comparisons.
#pragma once

#include <array>
#include <cstdint>

#include <hv/isa/sbi.hpp>

namespace hv::vm {

/// Our implementation id, which no other project has, and the extension that holds our own calls.
inline constexpr uint64_t sbi_implementation_id = 0x42'4b48;
inline constexpr uint64_t sbi_implementation_version = 1;
inline constexpr uint32_t sbi_own_extension = 0x0a42'4b48;

/// What a6 holds for it. feed: the guest's `fed` watchdog starts anew; returns 0.
enum class OwnFunction : uint64_t { feed = 0 };

/// BASE, TIME, IPI, RFENCE, HSM, SRST and DBCN always; SUSP, PMU, FWFT, the legacy calls 0 to 8 and our own, where
/// added.
class ExtensionSet {
public:
    constexpr ExtensionSet()
    {
        using isa::sbi::Extension;
        for (const Extension always :
             {Extension::base, Extension::timer, Extension::inter_processor, Extension::remote_fence,
              Extension::hart_state, Extension::system_reset, Extension::debug_console}) {
            slots_ |= bit_of(always);
        }
    }

    /// One of system_suspend, performance_monitoring and firmware_features.
    [[nodiscard]] constexpr ExtensionSet with(isa::sbi::Extension optional) const
    {
        return ExtensionSet{slots_ | bit_of(optional)};
    }
    [[nodiscard]] constexpr ExtensionSet with_legacy() const { return ExtensionSet{slots_ | legacy}; }
    /// Our own: for a guest whose `fed` watchdog is armed.
    [[nodiscard]] constexpr ExtensionSet with_watchdog() const { return ExtensionSet{slots_ | watchdog}; }

    /// About a dozen instructions.
    [[nodiscard, gnu::always_inline]] constexpr bool contains(uint32_t extension) const
    {
        const uint32_t slot = extension >> 16 & 31;
        if (((slots_ >> slot) & 1) != 0 && numbers[slot] == extension) [[likely]] {
            return true;
        }
        if (extension == sbi_own_extension && (slots_ & watchdog) != 0) {
            return true;
        }
        return extension <= static_cast<uint32_t>(isa::sbi::Extension::legacy_shutdown) && (slots_ & legacy) != 0;
    }

    friend constexpr bool operator==(ExtensionSet, ExtensionSet) = default;

private:
    /// Bits 20:16 tell those that we know apart.
    static constexpr std::array<uint32_t, 32> numbers = [] {
        using isa::sbi::Extension;
        std::array<uint32_t, 32> table{};
        for (const Extension known :
             {Extension::base, Extension::timer, Extension::inter_processor, Extension::remote_fence,
              Extension::hart_state, Extension::system_reset, Extension::debug_console,
              Extension::performance_monitoring, Extension::system_suspend, Extension::firmware_features}) {
            table[static_cast<uint32_t>(known) >> 16 & 31] = static_cast<uint32_t>(known);
        }
        return table;
    }();
    static constexpr uint32_t legacy = uint32_t{1} << 31;  // the slots of no extension
    static constexpr uint32_t watchdog = uint32_t{1} << 30;

    constexpr explicit ExtensionSet(uint32_t slots) : slots_{slots} {}
    static constexpr uint32_t bit_of(isa::sbi::Extension extension)
    {
        return uint32_t{1} << (static_cast<uint32_t>(extension) >> 16 & 31);
    }

    uint32_t slots_ = 0;
};

static_assert(ExtensionSet{}.contains(0x10) && !ExtensionSet{}.contains(0) && !ExtensionSet{}.contains(1U << 16));

}  // namespace hv::vm

// The platform-level interrupt controller that a guest sees: QEMU virt's, with all 1,023 sources.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <hv/dev/effects.hpp>
#include <hv/dev/plic_map.hpp>
#include <hv/dev/source_set.hpp>
#include <hv/lib/spinlock.hpp>
#include <hv/lib/vector.hpp>

namespace hv::dev {

/// Level-triggered sources 1 to 1023; priorities and thresholds 0 to 7, of which more than three bits are cut off.
/// Context 2h is hart h's M-mode, which has registers as any other and whose output leads nowhere; 2h + 1 its
/// S-mode. Holes and contexts of harts that are not there read as 0 and ignore stores; any access but of 32 bits,
/// naturally aligned, is an access fault. What an access costs grows with the number of contexts, and of sources
/// that are pending: a guest cannot make a source pending that no device drives.
///
/// Any hart may call anything at any time: one lock guards it all, and registers of one value are read without.
/// The lock of a device that drives a source is taken before this one; nothing is called with this one held.
class Plic {
public:
    static constexpr unsigned last_source = 1023;
    static constexpr unsigned max_harts = 32;
    static constexpr uint32_t max_priority = 7;

    /// All registers 0, all sources low. Harts: 1 to max_harts. Allocates now, and never again.
    explicit Plic(unsigned harts);

    /// A load of 2^`width_log2` bytes that sets nothing off, where that is quickly told: what it gives, which is
    /// less than 0x80.
    [[nodiscard, gnu::always_inline]] std::optional<uint64_t> peek(uint64_t offset, unsigned width_log2) const;
    /// A guest's load of `width` bytes at `offset`.
    Loaded load(uint64_t offset, uint64_t width);
    /// A guest's store of the low `width` bytes of `value`.
    Effects store(uint64_t offset, uint64_t width, uint64_t value);

    /// Source `source`, 1 to 1023, is now high or low. Devices say so only when it changes, but may repeat it.
    Effects set_level(unsigned source, bool level);
    /// A device of the machine's asks for an interrupt: `source` is high until the guest completes it, and then the
    /// effect is completion_of() it. Only for sources that set_level() is never called for.
    Effects raise_until_completed(unsigned source);
    /// The guest starts anew, none of its harts runs: as constructed, but that sources are as their devices drive
    /// them.
    Effects reset();

    /// In plic_state.hpp.
    template <typename See>
    void show_state(See&& see) const;

    /// The harts whose S-mode external interrupt output is high. After an effect names a hart, that hart comes here
    /// for the truth, which may have moved on meanwhile: whoever moves it again names the hart again.
    [[nodiscard]] HartMask outputs() const { return outputs_.load(); }

private:
    // A source with its priority, as a number that is lower the sooner it is to be served: 7 minus the priority,
    // then the source. No source has a lower one than `nobody`, which is source 0 at priority 0.
    using Rank = uint64_t;
    static constexpr Rank ranks_a_priority = last_source + 1;
    static constexpr Rank nobody = max_priority * ranks_a_priority;
    [[nodiscard]] static constexpr Rank rank_of(uint64_t source, uint64_t priority)
    {
        return (max_priority - priority) * ranks_a_priority + source;
    }

    struct Context {
        SourceSet enabled;
        Rank best = nobody;  // what a claim gives, whatever the threshold
    };
    // What a load of a context's registers gives: apart from the rest and not on the heap, so that a fast load
    // finds them without a multiplication and another load.
    struct Registers {
        Shared<uint32_t> threshold;
        Shared<uint32_t> claim;  // the source of `best`
    };

    // [plic] Interrupt Gateways: from being pending until its completion a source's gateway is shut.
    static constexpr uint8_t is_high = 1;
    static constexpr uint8_t is_pending = 2;
    static constexpr uint8_t is_claimed = 4;
    static constexpr uint8_t is_forwarded = 8;  // and high: until it is completed
    static constexpr uint8_t level_bits = is_high | is_forwarded;
    [[nodiscard]] static bool is_misshapen(uint64_t offset, uint64_t width)
    {
        return ((width ^ 4) | (offset & 3)) != 0;
    }
    [[nodiscard]] Context& context(uint64_t index) { return contexts_.data()[index]; }
    [[nodiscard]] const Context& context(uint64_t index) const { return contexts_.data()[index]; }
    [[nodiscard]] Registers& registers(uint64_t index) { return registers_[index]; }
    [[nodiscard]] const Registers& registers(uint64_t index) const { return registers_[index]; }
    [[nodiscard]] Loaded claim(uint64_t index);
    [[nodiscard]] Effects complete(uint64_t index, uint32_t source);
    [[nodiscard]] Loaded load_elsewhere(uint64_t offset);
    [[nodiscard]] Effects store_elsewhere(uint64_t offset, uint32_t value);

    // With the lock held:
    void store_priority(uint64_t source, uint32_t value);
    void store_enables(uint64_t offset, uint32_t value);
    void store_threshold(uint64_t offset, uint32_t value);
    [[gnu::always_inline]] inline Rank insert_pending(uint64_t source);
    [[gnu::always_inline]] inline Rank erase_pending(uint64_t source);
    [[gnu::always_inline]] inline void make_pending(uint64_t source);
    [[gnu::always_inline]] inline void clear_pending(uint64_t source);
    [[gnu::always_inline]] inline void set_best(uint64_t index, Rank best);
    void choose(uint64_t index);

    SpinLock lock_;  // guards everything below
    uint32_t context_count_;
    std::array<Registers, 2 * max_harts> registers_{};
    Vector<Context> contexts_;
    Shared<HartMask> outputs_;
    uint32_t pending_any_ = 0;        // bit 7 - p: pending_[7 - p] is not empty
    uint64_t enabling_contexts_ = 0;  // bit c: context c enables a source
    std::array<Shared<uint8_t>, last_source + 1> priority_{};
    std::array<uint8_t, last_source + 1> gate_{};        // is_high and so on
    std::array<SourceSet, max_priority + 1> pending_{};  // at 7 - p: those of priority p
};

inline std::optional<uint64_t> Plic::peek(uint64_t offset, unsigned width_log2) const
{
    if (width_log2 != 2) [[unlikely]] {
        return std::nullopt;
    }
    const bool aligned = offset % 4 == 0;
    const uint64_t index = (offset - plic_map::contexts) / plic_map::contexts_stride;  // huge below the contexts
    if (index < context_count_) {
        const uint64_t which = offset % plic_map::contexts_stride;
        if (which == plic_map::claim) {
            // Linux claims until it gets 0.
            return registers(index).claim.load() == 0 ? std::optional<uint64_t>{0} : std::nullopt;
        }
        const uint64_t value = which == plic_map::threshold ? registers(index).threshold.load() : 0;
        return aligned ? std::optional<uint64_t>{value} : std::nullopt;
    }
    return aligned && offset < plic_map::pending ? std::optional<uint64_t>{priority_[offset / 4].load()}
                                                 : std::nullopt;
}

}  // namespace hv::dev

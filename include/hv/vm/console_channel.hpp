// One guest's way to the console: what it has written, kept until its turn comes and for when it is looked at
// again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/dev/effects.hpp>
#include <hv/lib/spinlock.hpp>
#include <hv/vm/output_ring.hpp>

namespace hv::vm {

/// Times are ticks of the time CSR, of which a second has ten million or thereabouts.
///
/// lock() is what the guest's harts hold while they write, and ConsoleMux while it takes a line out. Whoever else
/// wants it only tries to: a guest that writes all the time keeps nobody but itself.
class ConsoleChannel {
public:
    /// How long a line that has no end is waited for.
    static constexpr uint64_t patience = 10'000'000;

    constexpr ConsoleChannel() = default;

    /// Before anything else. `name` and `room`, which OutputRing::use() gets, live for ever.
    void connect(std::string_view name, std::span<uint8_t> room);

    [[nodiscard]] SpinLock& lock() { return lock_; }
    /// With the lock held. Takes as many of these bytes as there is room for, and returns how many: the guest has
    /// to wait with the others.
    [[nodiscard]] size_t offer(std::span<const std::byte> text, uint64_t now);
    /// With the lock held: for the guest in front, where it writes to the console by itself.
    [[nodiscard]] OutputRing& ring() { return ring_; }

    /// The guest has ended: what it has written last is not waited for to become a line. Or it has started.
    void set_ended(bool ended) { ended_.store(ended ? 1 : 0); }
    [[nodiscard]] std::string_view name() const { return name_; }
    /// Something is still to be shown,
    [[nodiscard]] bool holds_output() const { return ring_.unshown() != 0; }
    /// so much that it is not to wait for the end of a line.
    [[nodiscard]] bool is_due() const;
    /// or so little that it has only just begun.
    [[nodiscard]] bool is_new() const { return ring_.unshown() == 1; }

private:
    friend class ConsoleMux;

    void count_newlines();
    [[nodiscard]] bool has_line(uint64_t now) const;

    OutputRing ring_{};
    SpinLock lock_{};             // guards ring_ but for record(), and the next two
    uint32_t newlines_ = 0;       ///< among what is not shown
    uint64_t waiting_since_ = 0;  ///< when the oldest byte came that is not shown
    dev::Shared<uint32_t> ended_{};
    dev::Shared<uint32_t> refused_{};  ///< the guest waits for room
    std::string_view name_{};
};

}  // namespace hv::vm

// The steps between hart states, and what each makes visible to whom.
#include <hv/vm/sbi_hart_states.hpp>

#include <hv/lib/panic.hpp>

namespace hv::vm {

HartStates::HartStates(unsigned count) : count_{count}
{
    require(count >= 1 && count <= max_guest_harts, "a guest of {} harts", count);
}

isa::sbi::HartStatus HartStates::status(uint64_t hart) const
{
    const uint32_t state = harts_[hart].state.load(std::memory_order_acquire);
    return state == claimed ? Status::start_pending : static_cast<Status>(state);
}

bool HartStates::request_start(uint64_t hart, HartEntry entry)
{
    Hart& target = harts_[hart];
    auto expected = static_cast<uint32_t>(Status::stopped);
    // Acquires what the hart wrote before it stopped: its last take_start() read the entry that is overwritten
    // here.
    if (!target.state.compare_exchange_strong(expected, claimed, std::memory_order_acq_rel,
                                              std::memory_order_relaxed)) {
        return false;
    }
    // After the claim, and before the requester itself can stop: see all_others_stopped().
    starts_.fetch_add(1, std::memory_order_acq_rel);
    target.entry = entry;
    target.state.store(static_cast<uint32_t>(Status::start_pending), std::memory_order_release);
    return true;
}

std::optional<HartEntry> HartStates::take_start(uint64_t hart)
{
    Hart& self = harts_[hart];
    if (self.state.load(std::memory_order_acquire) != static_cast<uint32_t>(Status::start_pending)) {
        return std::nullopt;
    }
    const HartEntry entry = self.entry;
    self.state.store(static_cast<uint32_t>(Status::started), std::memory_order_release);
    return entry;
}

void HartStates::step(uint64_t hart, Status from, Status to)
{
    const uint32_t before = harts_[hart].state.exchange(static_cast<uint32_t>(to), std::memory_order_acq_rel);
    require(before == static_cast<uint32_t>(from), "hart {} of a guest goes to state {} from {}, not from {}", hart,
            static_cast<uint32_t>(to), before, static_cast<uint32_t>(from));
}

bool HartStates::all_others_stopped(uint64_t hart) const
{
    // A hart seen stopped may have been started since by one that has itself stopped before it is looked at. Then
    // the count has moved: whoever sees the second one stopped sees all that it did before.
    const uint64_t before = starts_.load(std::memory_order_acquire);
    for (uint64_t other = 0; other < count_; ++other) {
        if (other != hart && status(other) != Status::stopped) {
            return false;
        }
    }
    return starts_.load(std::memory_order_acquire) == before;
}

void HartStates::stop_all()
{
    for (Hart& hart : harts_) {
        hart.state.store(static_cast<uint32_t>(Status::stopped), std::memory_order_release);
    }
}

}  // namespace hv::vm

// The parts of the PLIC that change which source a context is given next: all with the lock held.
#include <hv/dev/plic.hpp>

#include <hv/lib/panic.hpp>

namespace hv::dev {

// [plic] is the RISC-V Platform-Level Interrupt Controller Specification 1.0.0.

Plic::Plic(unsigned harts) : context_count_{2 * harts}
{
    require(harts >= 1 && harts <= max_harts, "a PLIC for {} harts", harts);
    contexts_.reserve(context_count_);
    contexts_.resize(context_count_);
}

void Plic::set_best(uint64_t index, Rank best)
{
    context(index).best = best;
    registers(index).claim.store(static_cast<uint32_t>(best % ranks_a_priority));
    if (index % 2 != 0) {
        const HartMask hart = HartMask{1} << (index / 2);
        const HartMask others = outputs_.load() & ~hart;
        // The priority is above the threshold.
        const bool output = best < rank_of(0, registers(index).threshold.load());
        outputs_.store(output ? others | hart : others);
    }
}

/// [plic] Interrupt Priorities: the highest, of equals the lowest number, and 0 is never.
void Plic::choose(uint64_t index)
{
    constexpr uint32_t may_be_served = (uint32_t{1} << max_priority) - 1;
    Rank best = nobody;
    for (uint32_t sets = pending_any_ & may_be_served; sets != 0; sets &= sets - 1) {
        const unsigned set = lowest_bit(sets);
        if (const unsigned source = first_common(pending_[set], context(index).enabled); source != 0) {
            best = set * ranks_a_priority + source;
            break;
        }
    }
    set_best(index, best);
}

/// Into the set of its priority.
Plic::Rank Plic::insert_pending(uint64_t source)
{
    const Rank rank = rank_of(source, priority_[source].load());
    const uint64_t set = rank / ranks_a_priority;
    pending_[set].insert(source);
    pending_any_ |= uint32_t{1} << set;
    return rank;
}

/// Out of the set of its priority.
Plic::Rank Plic::erase_pending(uint64_t source)
{
    const Rank rank = rank_of(source, priority_[source].load());
    const uint64_t set = rank / ranks_a_priority;
    pending_[set].erase(source);
    if (pending_[set].empty()) {
        pending_any_ &= ~(uint32_t{1} << set);
    }
    return rank;
}

/// Into the set of its priority, and to the contexts that enable it.
void Plic::make_pending(uint64_t source)
{
    const Rank rank = insert_pending(source);
    for (uint64_t index = 0, enabling = enabling_contexts_; enabling != 0; index++, enabling >>= 1) {
        if ((enabling & 1) != 0 && rank < context(index).best && context(index).enabled.contains(source)) {
            set_best(index, rank);
        }
    }
}

/// Out of the set of its priority, and of the contexts that would have given it.
void Plic::clear_pending(uint64_t source)
{
    const Rank rank = erase_pending(source);
    for (uint64_t index = 0, enabling = enabling_contexts_; enabling != 0; index++, enabling >>= 1) {
        if ((enabling & 1) != 0 && rank == context(index).best) {
            choose(index);
        }
    }
}

Loaded Plic::load(uint64_t offset, uint64_t width)
{
    if (is_misshapen(offset, width)) {
        return {0, Effects::access_fault()};
    }
    if (const std::optional<uint64_t> value = peek(offset, 2)) {
        return {*value, {}};
    }
    const uint64_t index = (offset - plic_map::contexts) / plic_map::contexts_stride;
    return index < context_count_ ? claim(index) : load_elsewhere(offset);
}

Effects Plic::store(uint64_t offset, uint64_t width, uint64_t value)
{
    if (is_misshapen(offset, width)) {
        return Effects::access_fault();
    }
    const uint64_t index = (offset - plic_map::contexts) / plic_map::contexts_stride;
    if (index < context_count_ && offset % plic_map::contexts_stride == plic_map::claim) {
        return complete(index, static_cast<uint32_t>(value));
    }
    return store_elsewhere(offset, static_cast<uint32_t>(value));
}

/// [plic] Interrupt Claim Process: not affected by the threshold; clears the pending bit.
Loaded Plic::claim(uint64_t index)
{
    const SpinLock::Held held{lock_};
    const uint64_t source = registers(index).claim.load();
    if (source == 0) {
        return {};  // another hart was quicker
    }
    const HartMask before = outputs_.load();
    gate_[source] = (gate_[source] & level_bits) | is_claimed;
    clear_pending(source);
    return {source, Effects::outputs_of(before ^ outputs_.load())};
}

/// [plic] Interrupt Completion: by any context that enables the source, whoever claimed it.
Effects Plic::complete(uint64_t index, uint32_t source)
{
    if (source > last_source || !context(index).enabled.contains(source)) {
        return {};
    }
    const SpinLock::Held held{lock_};
    if ((gate_[source] & is_claimed) == 0) {
        return {};
    }
    gate_[source] &= level_bits;
    if (gate_[source] == 0) {
        return {};
    }
    if ((gate_[source] & is_forwarded) != 0) {
        gate_[source] = 0;
        return Effects::completion_of(source);
    }
    const HartMask before = outputs_.load();
    gate_[source] |= is_pending;
    make_pending(source);
    return Effects::outputs_of(before ^ outputs_.load());
}

/// [plic] Interrupt Gateways: opens at the source's rise, and cannot take back what it has forwarded.
Effects Plic::set_level(unsigned source, bool level)
{
    if (source == 0 || source > last_source) [[unlikely]] {
        panic("there is no interrupt source {}", source);  // no require(): its arguments want a guarded frame
    }
    const SpinLock::Held held{lock_};
    const uint8_t shut = gate_[source] & (is_pending | is_claimed);
    gate_[source] = shut | (level ? is_high : uint8_t{0});
    if (shut != 0 || !level) {
        return {};
    }
    const HartMask before = outputs_.load();
    gate_[source] |= is_pending;
    make_pending(source);
    return Effects::outputs_of(before ^ outputs_.load());
}

Effects Plic::raise_until_completed(unsigned source)
{
    require(source != 0 && source <= last_source, "there is no interrupt source {}", source);
    const SpinLock::Held held{lock_};
    if (gate_[source] != 0) {
        return {};
    }
    const HartMask before = outputs_.load();
    gate_[source] = level_bits | is_pending;
    make_pending(source);
    return Effects::outputs_of(before ^ outputs_.load());
}

Effects Plic::reset()
{
    const SpinLock::Held held{lock_};
    const HartMask before = outputs_.load();
    for (Context& context : contexts_) {
        context = {};
    }
    for (Registers& registers : registers_) {
        registers.threshold.store(0);
        registers.claim.store(0);
    }
    enabling_contexts_ = 0;
    outputs_.store(0);
    for (SourceSet& sources : pending_) {
        sources = {};
    }
    pending_any_ = 0;
    for (uint64_t source = 1; source <= last_source; source++) {
        priority_[source].store(0);
        gate_[source] &= level_bits;
        if (gate_[source] != 0) {
            gate_[source] |= is_pending;
            make_pending(source);
        }
    }
    return Effects::outputs_of(before);
}

/// The registers between the priorities and the contexts.
Loaded Plic::load_elsewhere(uint64_t offset)
{
    if (offset >= plic_map::enables) {
        const uint64_t index = (offset - plic_map::enables) / plic_map::enables_stride;
        const uint64_t word = offset % plic_map::enables_stride / 4;
        return {index < context_count_ ? context(index).enabled.word(word) : 0, {}};
    }
    const uint64_t word = (offset - plic_map::pending) / 4;
    uint32_t bits = 0;
    if (word < SourceSet::words) {
        const SpinLock::Held held{lock_};  // a source moves from set to set as its priority is changed
        for (const SourceSet& set : pending_) {
            bits |= set.word(word);
        }
    }
    return {bits, {}};
}

Effects Plic::store_elsewhere(uint64_t offset, uint32_t value)
{
    const SpinLock::Held held{lock_};
    const HartMask before = outputs_.load();
    if (offset < plic_map::pending) {
        store_priority(offset / 4, value & max_priority);
    } else if (offset >= plic_map::contexts) {
        store_threshold(offset - plic_map::contexts, value & max_priority);
    } else if (offset >= plic_map::enables) {
        store_enables(offset - plic_map::enables, value);
    }
    return Effects::outputs_of(before ^ outputs_.load());
}

void Plic::store_priority(uint64_t source, uint32_t value)
{
    if (source == 0) {
        return;
    }
    if ((gate_[source] & is_pending) == 0) {
        priority_[source].store(static_cast<uint8_t>(value));
        return;
    }
    erase_pending(source);
    priority_[source].store(static_cast<uint8_t>(value));
    insert_pending(source);
    // Each output moves once, or not at all: a hart that looked while one was low for a moment would keep that, as
    // nobody would tell it to look again.
    for (uint64_t index = 0, enabling = enabling_contexts_; enabling != 0; index++, enabling >>= 1) {
        if ((enabling & 1) != 0 && context(index).enabled.contains(source)) {
            choose(index);
        }
    }
}

void Plic::store_threshold(uint64_t offset, uint32_t value)
{
    const uint64_t index = offset / plic_map::contexts_stride;
    if (index < context_count_ && offset % plic_map::contexts_stride == plic_map::threshold) {
        registers(index).threshold.store(value);
        set_best(index, context(index).best);
    }
}

void Plic::store_enables(uint64_t offset, uint32_t value)
{
    const uint64_t index = offset / plic_map::enables_stride;
    const uint64_t word = offset % plic_map::enables_stride / 4;
    if (index < context_count_) {
        SourceSet& enabled = context(index).enabled;
        enabled.set_word(word, word == 0 ? value & ~uint32_t{1} : value);  // there is no source 0
        const uint64_t here = uint64_t{1} << index;
        enabling_contexts_ = enabled.empty() ? enabling_contexts_ & ~here : enabling_contexts_ | here;
        choose(index);
    }
}

}  // namespace hv::dev

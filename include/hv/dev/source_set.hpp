// A set of interrupt sources, laid out as the PLIC's registers are: bit n % 32 of word n / 32 is source n.
#pragma once

#include <array>
#include <cstdint>

#include <hv/dev/effects.hpp>

namespace hv::dev {

namespace lowest_bit_detail {

// The five bits from each position of this sequence on are all different: they name the position.
inline constexpr uint32_t sequence = 0x077c'b531;
inline constexpr auto positions = [] {
    std::array<uint8_t, 32> table{};
    for (unsigned i = 0; i < 32; i++) {
        table[(sequence << i) >> 27] = static_cast<uint8_t>(i);
    }
    return table;
}();

}  // namespace lowest_bit_detail

/// The number of the lowest one in `word`, which is not 0. (Without Zbb, std::countr_zero is a call.)
[[nodiscard]] constexpr unsigned lowest_bit(uint32_t word)
{
    return lowest_bit_detail::positions[((word & -word) * lowest_bit_detail::sequence) >> 27];
}

/// Sources 0 to 1023. Knows which of its words hold anything, so that an almost empty set is searched quickly.
/// Changed by one hart at a time; word() and contains() may be called meanwhile.
class SourceSet {
public:
    static constexpr unsigned words = 32;

    [[nodiscard]] bool empty() const { return summary_ == 0; }
    [[nodiscard]] uint32_t word(uint64_t index) const { return words_[index].load(); }
    [[nodiscard]] bool contains(uint64_t source) const { return (word(source / 32) >> (source % 32) & 1) != 0; }

    void set_word(uint64_t index, uint32_t value)
    {
        words_[index].store(value);
        const uint32_t here = uint32_t{1} << index;
        summary_ = value != 0 ? summary_ | here : summary_ & ~here;
    }
    void insert(uint64_t source) { set_word(source / 32, word(source / 32) | uint32_t{1} << (source % 32)); }
    void erase(uint64_t source) { set_word(source / 32, word(source / 32) & ~(uint32_t{1} << (source % 32))); }

    /// The lowest source that is in both; 0 if there is none, or if it is source 0.
    [[nodiscard]] friend unsigned first_common(const SourceSet& a, const SourceSet& b)
    {
        for (uint32_t both = a.summary_ & b.summary_; both != 0; both &= both - 1) {
            const unsigned index = lowest_bit(both);
            if (const uint32_t common = a.word(index) & b.word(index); common != 0) {
                return index * 32 + lowest_bit(common);
            }
        }
        return 0;
    }

private:
    std::array<Shared<uint32_t>, words> words_{};
    uint32_t summary_ = 0;  // bit n: words_[n] is not 0
};

}  // namespace hv::dev

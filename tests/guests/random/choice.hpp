// Random choices that a number reproduces, biased to what a hypervisor might get wrong.
#pragma once

#include <cstdint>
#include <span>

#include "support.hpp"

namespace guest {

/// Numbers from a key and a counter, so that any step of a run can be made without those before it.
class Random {
public:
    constexpr explicit Random(uint64_t key) : key_{mix(key)} {}

    constexpr uint64_t next() { return mix(key_ + counter_++ * 0x9e37'79b9'7f4a'7c15); }
    constexpr uint64_t below(uint64_t limit) { return next() % limit; }
    constexpr bool one_in(uint64_t n) { return below(n) == 0; }
    template <typename T, size_t size>
    constexpr T of(const T (&all)[size])
    {
        return all[below(size)];
    }

    /// A bijection that leaves no pattern; the constants are those of the splitmix64 generator.
    static constexpr uint64_t mix(uint64_t x)
    {
        x = (x ^ x >> 30) * 0xbf58'476d'1ce4'e5b9;
        x = (x ^ x >> 27) * 0x94d0'49bb'1331'11eb;
        return x ^ x >> 31;
    }

private:
    uint64_t key_;
    uint64_t counter_ = 0;
};

/// Where things are in the guest's memory: [ram, play) is the runner's, [play, end) is for random code.
struct Layout {
    uint64_t play = 0;
    uint64_t end = 0;
    uint64_t device_tree = 0;
    uint64_t code = 0;    ///< of this hart, in the play area: the address of a page
    uint64_t start = 0;   ///< where a hart can be started and not be lost
    uint64_t tables = 0;  ///< in the play area, table_pages pages
    bool alone = false;   ///< one hart, which nobody starts again
    static constexpr uint64_t table_pages = 16;
};

/// An address that is worth a try: of memory, devices, holes, or nowhere.
uint64_t choose_address(Random& random, const Layout& layout);
/// What a register may hold: mostly addresses.
uint64_t choose_value(Random& random, const Layout& layout);
/// An entry of a page table, with any flags.
uint64_t choose_entry(Random& random, const Layout& layout);
/// An instruction of 2 or 4 bytes.
uint32_t choose_instruction(Random& random);
/// a0 to a7, `x` being x0 to x31.
void choose_call(Random& random, const Layout& layout, std::span<uint64_t, 32> x);

}  // namespace guest

// Every remote fence with masks and bases of harts that are not its own.
// tries: HOSTILE 20, 21; CHECKLIST 60, 61, 64
// answer: -3, and no hart of the neighbour is asked for anything
// harts: 2
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    Random random{0xfe9ce};
    for (unsigned i = 0; i < 4000; ++i) {
        const uint64_t bases[] = {0, 1, boundaries[random.below(boundaries.size())],
                                  random.next() >> random.below(64)};
        const uint64_t base = bases[i % 4];
        const uint64_t mask = random.next() >> random.below(64) | (i % 8 < 4 ? 4 : uint64_t{1} << 63);
        if (base == UINT64_MAX) {
            continue;
        }
        trying("base", base);
        expect_error(sbi_call_raw(static_cast<uint64_t>(sbi::Extension::remote_fence), i % 3, mask, base,
                                  random.next(), random.next(), random.next()),
                     sbi::Error::invalid_param);
    }
    expect_served();
}

}  // namespace guest

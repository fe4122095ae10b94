// 20,000 words of the PLIC's 6 MiB, read and written at random, most of them no registers at all.
// tries: HOSTILE 34; CHECKLIST 78
// answer: what is no register reads as 0 and keeps nothing; no interrupt comes of it
// beats: 40
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    Random random{0x706c6963};
    for (unsigned i = 0; i < 20'000; ++i) {
        const uint64_t address = plic_base + (random.below(0x60'0000) & ~uint64_t{3});
        word_at(address) = static_cast<uint32_t>(random.next());
        const uint32_t value = word_at(address);
        const uint64_t offset = address - plic_base;
        if (offset >= 0x20'0000 + 0x1000 * 4 || (offset >= 0x1080 && offset < 0x2000)) {
            trying("offset", offset);
            expect_equal(value, 0);
        }
    }
    // Its own registers: everything that there is to set, in every context.
    for (uint64_t offset = 0; offset < 0x20'4000; offset += 4) {
        if (offset == 0x1080) {
            offset = 0x2000;
        } else if (offset == 0x2200) {
            offset = 0x20'0000;
        }
        word_at(plic_base + offset) = 0xffff'ffff;
    }
    for (uint64_t offset = 0; offset < 0x1000; offset += 4) {
        word_at(plic_base + offset) = 0;
    }
    expect_served();
}

}  // namespace guest

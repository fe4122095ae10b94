// 5,000 calls of random extensions and functions, with the numbers that every SBI uses among them.
// tries: HOSTILE 15, 38; CHECKLIST 54, 55, 58, 77
// answer: -2 for every one that probes as 0, in silence, with all but a0 and a1 kept
// beats: 60
#include "hostile.hpp"

namespace guest {

void attack()
{
    Random random{0xe1d};
    constexpr uint64_t given[] = {9,         10,          15,          0x11,        0x4e41'434c, 0x53'5441,
                                  0x5353'45, 0x4442'5452, 0x4d50'5859, 0x0a00'0000, 0x0900'0000, 0xffff'ffff};
    for (unsigned i = 0; i < 5000; ++i) {
        const uint64_t extension =
            i < std::size(given) ? given[i] : random.next() >> random.below(60) & 0xffff'ffff;
        if (extension <= 8 || is_offered(extension)) {
            continue;
        }
        trying("extension", extension);
        const uint64_t function = i % 3 == 0 ? 0 : random.next() >> random.below(64);
        if (i % 4 == 0) {
            expect_error(watched_call(extension, function, {1, 2, 3, 4, 5, 6}), sbi::Error::not_supported);
        } else {
            expect_error(sbi_call_raw(extension, function, random.next(), random.next()),
                         sbi::Error::not_supported);
        }
    }
    expect_served();
}

}  // namespace guest

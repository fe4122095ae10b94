// Every page of its RAM, once each, in an order that never uses a translation twice, with fences between.
// tries: HOSTILE 37; CHECKLIST 31, 37
// answer: each page is there at once, and no access is an exit of any kind
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (unsigned round = 0; round < 4; ++round) {
        for (uint64_t i = 0; i < 4096; ++i) {
            const uint64_t page = i * 2477 % 4096;
            const uint64_t at = 0x8000'0000 + page * 4096 + 8;
            if (page >= 0x200 && page < 0x300) {
                continue;  // its image
            }
            volatile uint64_t& word = *reinterpret_cast<volatile uint64_t*>(at);
            const uint64_t was = word;
            word = ~was;
            asm volatile("sfence.vma" : : : "memory");
            trying("page", page);
            if (!expect_equal(word, ~was)) {
                return;
            }
            word = was;
        }
    }
    expect_served();
}

}  // namespace guest

// sfence.vma of every form, 10,000 times, with paging on.
// tries: HOSTILE 37; CHECKLIST 37
// answer: no exit, and no other guest's translation is lost for it
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {

void attack()
{
    turn_paging_on();
    for (uint64_t i = 0; i < 10'000 * 4096; i += 4096) {
        asm volatile("sfence.vma; sfence.vma %0, x0; sfence.vma x0, %0; sfence.vma %0, %0" : : "r"(i) : "memory");
    }
    turn_paging_off();
    expect_served();
}

}  // namespace guest

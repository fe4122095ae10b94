// IPIs with every mask and base: past its last hart, around the highest number, and all ones.
// tries: HOSTILE 20; CHECKLIST 60, 61
// answer: -3 for any hart that is not its own, and then nobody is interrupted, the neighbour least of all
// harts: 2
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    const auto send = [](uint64_t mask, uint64_t base) {
        return sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, mask, base);
    };
    Random random{0x1b1};
    for (unsigned i = 0; i < 4000; ++i) {
        const uint64_t mask =
            i % 3 == 0 ? boundaries[random.below(boundaries.size())] : random.next() >> random.below(64);
        const uint64_t bases[] = {0, 1, boundaries[random.below(boundaries.size())],
                                  random.next() >> random.below(64)};
        const uint64_t base = bases[i % 4];
        trying("base", base);
        // Its harts are 0 and 1; -1 stands for all, whatever the mask.
        if (base == UINT64_MAX || mask == 0 || (base < 2 && mask >> (2 - base) == 0)) {
            expect_error(send(mask, base), sbi::Error::success);
        } else {
            expect_error(send(mask, base), sbi::Error::invalid_param);
            expect((GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software)) == 0, "an interrupt all the same");
        }
        GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    }
    expect_served();
}

}  // namespace guest

// IPIs with every mask and base: past its last hart, around the highest number, and all ones.
// tries: HOSTILE 20; CHECKLIST 60, 61
// answer: -3 for any hart that is not its own, and then nobody is interrupted, the neighbour least of all
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    const auto send = [](uint64_t mask, uint64_t base) {
        return sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, mask, base);
    };
    Random random{0x1b1};
    for (unsigned i = 0; i < 3000; ++i) {
        const uint64_t base =
            i % 2 == 0 ? boundaries[random.below(boundaries.size())] : random.next() >> random.below(64);
        const uint64_t mask =
            i % 3 == 0 ? boundaries[random.below(boundaries.size())] : random.next() >> random.below(64);
        trying("base", base);
        if (base == UINT64_MAX || mask == 0 || (mask == 1 && base == 0)) {
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

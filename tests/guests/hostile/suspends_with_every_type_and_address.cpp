// HSM suspends of reserved types, and to resume at addresses of nobody.
// tries: HOSTILE 19; CHECKLIST 68
// answer: -3 for the type, -5 for the address; only 32 bits of the type count
#include "hostile.hpp"

namespace guest {

void attack()
{
    const auto suspend = [](uint64_t type, uint64_t address) {
        return sbi_call(sbi::Extension::hart_state, sbi::HartState::suspend, type, address, 0);
    };
    Random random{0x5059};
    for (unsigned i = 0; i < 2000; ++i) {
        const uint64_t type = random.next() >> random.below(64);
        if ((type & 0x7fff'ffff) == 0) {
            continue;
        }
        trying("type", type);
        expect_error(suspend(type, Probe::area()), sbi::Error::invalid_param);
    }
    for (const Nowhere& place : nowhere) {
        trying(place.what, place.address);
        expect_error(suspend(0x8000'0000, place.address), sbi::Error::invalid_address);
    }
    expect_served();
}

}  // namespace guest

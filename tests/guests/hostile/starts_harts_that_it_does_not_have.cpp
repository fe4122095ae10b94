// HSM starts and states of harts that are not its own, of itself, at addresses of nobody.
// tries: HOSTILE 18; CHECKLIST 65, 67
// answer: -3 for a hart that it has not, -6 for itself, -5 for an address that is not its RAM
// harts: 2
#include "devices.hpp"
#include "harts.hpp"
#include "hostile.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    const auto start = [](uint64_t hart, uint64_t address) {
        return sbi_call(sbi::Extension::hart_state, sbi::HartState::start, hart, address, 0);
    };
    for (const uint64_t hart : boundaries) {
        trying("hart", hart);
        const uint64_t status =
            static_cast<uint64_t>(sbi_call(sbi::Extension::hart_state, sbi::HartState::get_status, hart).error);
        if (hart <= 1) {
            expect_equal(status, 0);
        } else {
            expect_equal(status, static_cast<uint64_t>(sbi::Error::invalid_param));
            expect_error(start(hart, start_address()), sbi::Error::invalid_param);
        }
    }
    expect_error(start(this_hart(), start_address()), sbi::Error::already_available);
    for (const Nowhere& place : nowhere) {
        trying(place.what, place.address);
        expect_error(start(1 - this_hart(), place.address), sbi::Error::invalid_address);
        expect_error(start(1 - this_hart(), place.address + 2), sbi::Error::invalid_address);
    }
    for (const uint64_t address : {uart_base, plic_base, ram_end(), ram_start() - 4, UINT64_MAX}) {
        trying("address", address);
        expect_error(start(1 - this_hart(), address), sbi::Error::invalid_address);
    }
    expect(status_of(1 - this_hart()) == sbi::HartStatus::stopped, "the other one runs");
    expect_served();
}

}  // namespace guest

// SUSP of every type and address, and while its other hart runs.
// tries: HOSTILE 19, 38; CHECKLIST 74
// answer: -3 for a type, -5 for an address, -4 while another hart runs; and the machine sleeps for none of them
// harts: 2
// beats: 60
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<bool> over = false;

void nap(uint64_t)
{
    while (!over) {
        relax();
    }
}

}  // namespace

void attack()
{
    const uint64_t susp = static_cast<uint64_t>(sbi::Extension::system_suspend);
    if (!is_offered(susp)) {
        expect_error(sbi_call_raw(susp, 0, 0, 0, 0), sbi::Error::not_supported);
        return;
    }
    for (const uint64_t type : {uint64_t{1}, uint64_t{0x8000'0000}, uint64_t{0xffff'ffff}}) {
        trying("type", type);
        expect_error(sbi_call_raw(susp, 0, type, start_address(), 0), sbi::Error::invalid_param);
    }
    for (const Nowhere& place : nowhere) {
        trying(place.what, place.address);
        expect_error(sbi_call_raw(susp, 0, 0, place.address, 0), sbi::Error::invalid_address);
    }
    start_other_harts(nap);
    for (unsigned i = 0; i < 100; ++i) {
        trying("with another hart", i);
        expect_error(sbi_call_raw(susp, 0, 0, start_address(), 0), sbi::Error::denied);
    }
    over = true;
    wait_for_others_to_stop();
    expect_served();
}

}  // namespace guest

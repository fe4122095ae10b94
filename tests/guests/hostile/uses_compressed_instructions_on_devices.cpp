// Every short load and store, with x8 to x15 and sp, on the PLIC, from VS and VU.
// tries: HOSTILE 7; CHECKLIST 12, 18, 22
// answer: words work and go on two bytes further; doublewords are access faults
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "pages.hpp"

namespace guest {
namespace {

void try_all(Mode mode, uint64_t at)
{
    word_at(plic_threshold(0)) = 5;
    for (uint32_t reg = 8; reg < 16; ++reg) {
        const uint32_t base = reg == 8 ? 9 : 8;
        trying("short register", reg);
        probe.begin(mode).set(base, at).run(encode::c_lw(reg, base, 0));
        probe.expect_completed(reg);
        expect_equal(probe.get(reg), 5);
        probe.begin(mode).set(base, at).set(reg, 6).run({encode::c_sw(reg, base, 0), encode::c_lw(reg, base, 0)});
        expect_equal(probe.get(reg), 6);
        word_at(plic_threshold(0)) = 5;
        probe.begin(mode).set(base, at).run(encode::c_ld(reg, base, 0));
        probe.expect_trap(Exception::load_access_fault, at);
        probe.begin(mode).set(base, at).run(encode::c_sd(reg, base, 0));
        probe.expect_trap(Exception::store_access_fault, at);
    }
    for (uint32_t reg = 1; reg < 32; ++reg) {
        trying("register by sp", reg);
        probe.begin(mode).set(2, at).run(encode::c_lwsp(reg, 0));
        probe.expect_completed(reg);
        expect_equal(probe.get(reg), 5);
        probe.begin(mode).set(2, at).run(encode::c_ldsp(reg, 0));
        probe.expect_trap(Exception::load_access_fault, at);
        probe.begin(mode).set(2, at).run(encode::c_sdsp(reg, 0));
        probe.expect_trap(Exception::store_access_fault, at);
    }
    word_at(plic_threshold(0)) = 0;
}

}  // namespace

void attack()
{
    try_all(Mode::supervisor, plic_threshold(0));
    try_all(Mode::user, plic_threshold(0));
    turn_paging_on();
    try_all(Mode::supervisor, plic_threshold(0));
    try_all(Mode::user, user_devices + plic_threshold(0));
    turn_paging_off();
    expect_served();
}

}  // namespace guest

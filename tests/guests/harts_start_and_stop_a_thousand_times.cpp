// HSM start and stop, 1,000 times over all harts: each start runs once, with its argument, in a clean state.
// CHECKLIST 51, 65, 66; HOSTILE 18, 37.
// harts: 2 4
#include "harts.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<uint64_t> ran = 0;
constinit std::atomic<uint64_t> argument_sum = 0;

/// Leaves a mess behind: the next start must not see it.
void run_once(uint64_t argument)
{
    expect_equal(GUEST_CSR_READ(satp), 0);
    expect_equal(GUEST_CSR_READ(sstatus) & Sstatus::sie.mask, 0);
    if (on_bulkhead()) {
        expect_equal(GUEST_CSR_READ(sie), 0);
    }
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software));
    GUEST_CSR_SET(sstatus, Sstatus::sum.mask);
    GUEST_CSR_WRITE(sscratch, 0x1234'5678);
    argument_sum += argument;
    ++ran;
}

}  // namespace

void scenario()
{
    constexpr uint64_t starts = 1000;
    uint64_t hart = this_hart();
    uint64_t expected = 0;
    for (uint64_t i = 0; i < starts; ++i) {
        trying("start", i);
        hart = (hart + 1) % harts();
        if (hart == this_hart()) {
            hart = (hart + 1) % harts();
        }
        wait_for_status(hart, sbi::HartStatus::stopped);
        start_hart(hart, run_once, i);
        expected += i;
    }
    wait_for_others_to_stop();
    expect_equal(ran, starts);
    expect_equal(argument_sum, expected);
}

}  // namespace guest

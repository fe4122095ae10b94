// A hart that is started has its id, its argument of 64 bits and zeros in every other register.
// CHECKLIST 51, 65.
// harts: 2
// natively: no, OpenSBI leaves values of its own.
#include "harts.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

constinit std::atomic<const HartStart*> started = nullptr;
constinit std::atomic<uint64_t> status = 0;

void tell(uint64_t argument)
{
    status = GUEST_CSR_READ(sstatus);
    expect_equal(GUEST_CSR_READ(sie), 0);
    expect_equal(GUEST_CSR_READ(sip), 0);
    expect_equal(GUEST_CSR_READ(satp), 0);
    expect_equal(GUEST_CSR_READ(sscratch), 0);
    expect_equal(GUEST_CSR_READ(senvcfg), 0);
    started = reinterpret_cast<const HartStart*>(argument);
    GUEST_CSR_WRITE(sscratch, UINT64_MAX);
    GUEST_CSR_WRITE(senvcfg, 0xf0);
    GUEST_CSR_WRITE(sie, 0x222);
    GUEST_CSR_SET(sstatus, Sstatus::sum.mask | Sstatus::mxr.mask);
    send_ipi(this_hart());
}

}  // namespace

void scenario()
{
    const uint64_t other = this_hart() == 0 ? 1 : 0;
    for (unsigned i = 0; i < 10; ++i) {
        trying("start", i);
        started = nullptr;
        start_hart(other, tell, reinterpret_cast<uintptr_t>(&start_record(other, tell)));
        wait_for_status(other, sbi::HartStatus::stopped);
        if (!expect(started != nullptr, "did not run")) {
            return;
        }
        const HartStart& start = *started.load();
        for (unsigned reg = 1; reg < 32; ++reg) {
            trying("x", reg);
            const uint64_t expected = reg == 10 ? other : reg == 11 ? reinterpret_cast<uintptr_t>(&start) : 0;
            expect_equal(start.first[reg], expected);
        }
        expect_equal(status & (Sstatus::sie.mask | Sstatus::sum.mask | Sstatus::mxr.mask), 0);
    }
}

}  // namespace guest

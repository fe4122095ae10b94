// send_ipi and the remote fences take every legal list of harts and refuse every other, whatever the base.
// CHECKLIST 60, 61, 62, 63; HOSTILE 20, 21.
// harts: 1 2 4
// natively: no, OpenSBI sends to harts that there are not, and says it did.
#include "harts.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using sbi::Error;
using sbi::Extension;
using sbi::RemoteFence;

/// All calls that take a list.
void expect_all(uint64_t mask, uint64_t base, Error error)
{
    trying("mask", mask);
    expect_error(sbi_call(Extension::inter_processor, sbi::InterProcessor::send_ipi, mask, base), error);
    trying("fences, mask", mask);
    expect_error(sbi_call(Extension::remote_fence, RemoteFence::fence_i, mask, base), error);
    expect_error(sbi_call(Extension::remote_fence, RemoteFence::sfence_vma, mask, base, 0, 0), error);
    expect_error(sbi_call(Extension::remote_fence, RemoteFence::sfence_vma, mask, base, 0x8020'0000, 0x1234),
                 error);
    expect_error(sbi_call(Extension::remote_fence, RemoteFence::sfence_vma_asid, mask, base, 0, 0, 1), error);
}

bool software_interrupt_is_pending()
{
    return (GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software)) != 0;
}

}  // namespace

void scenario()
{
    const uint64_t count = harts();
    const uint64_t all = (uint64_t{1} << count) - 1;
    expect_all(0, 0, Error::success);
    expect_all(0, count + 7, Error::success);
    expect_all(0, uint64_t{1} << 40, Error::success);
    expect(!software_interrupt_is_pending(), "an interrupt for nobody");
    expect_all(all, 0, Error::success);
    expect_all(1, count - 1, Error::success);
    expect_all(0, UINT64_MAX, Error::success);
    expect_all(0x1234, UINT64_MAX, Error::success);
    expect(eventually(software_interrupt_is_pending), "no interrupt");
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));

    expect_all(all + 1, 0, Error::invalid_param);
    expect_all(UINT64_MAX, 0, Error::invalid_param);
    expect_all(uint64_t{1} << 63, 0, Error::invalid_param);
    expect_all(2, count - 1, Error::invalid_param);
    expect_all(1, count, Error::invalid_param);
    expect_all(1, 64, Error::invalid_param);
    expect_all(1, uint64_t{1} << 32, Error::invalid_param);
    expect_all(1, UINT64_MAX - 1, Error::invalid_param);
    expect_all(3, UINT64_MAX - 1, Error::invalid_param);  // bit 1 would wrap to hart 0
    expect_all(4, UINT64_MAX - 1, Error::invalid_param);
    expect(!software_interrupt_is_pending(), "an interrupt from a refused call");

    trying("ranges");
    constexpr uint64_t starts[] = {0, 0x8020'0000, 0x8020'0123, UINT64_MAX, UINT64_MAX - 4095, uint64_t{1} << 63};
    constexpr uint64_t sizes[] = {0, 1, 4096, 4097, 0x10'0000, UINT64_MAX, UINT64_MAX - 1, uint64_t{1} << 63};
    for (const uint64_t start : starts) {
        for (const uint64_t size : sizes) {
            expect_error(sbi_call(Extension::remote_fence, RemoteFence::sfence_vma, all, 0, start, size),
                         Error::success);
            for (const uint64_t asid : {uint64_t{0}, uint64_t{0xffff}, uint64_t{0x1'0000}, UINT64_MAX}) {
                expect_error(
                    sbi_call(Extension::remote_fence, RemoteFence::sfence_vma_asid, all, 0, start, size, asid),
                    Error::success);
            }
        }
    }
}

}  // namespace guest

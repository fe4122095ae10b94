// The legacy calls' hart masks are guest-virtual pointers: read through the guest's tables, faults included.
// CHECKLIST 55; HOSTILE 15.
// natively: no, OpenSBI does not report a fault of a mask's as the specification of the guest's own loads has it.
// harts: 1 2
#include "encode.hpp"
#include "harts.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

enum Legacy : uint64_t {
    set_timer_call = 0,
    clear_ipi = 3,
    send_ipi_call = 4,
    remote_fence_i = 5,
    remote_sfence = 6,
    remote_sfence_asid = 7
};

alignas(4096) constinit uint64_t mask_page[512] = {};

int64_t legacy(uint64_t extension, uint64_t a0, uint64_t a1 = 0, uint64_t a2 = 0, uint64_t a3 = 0)
{
    return sbi_call_raw(extension, 0, a0, a1, a2, a3).error;
}

bool software_interrupt_is_pending()
{
    return (GUEST_CSR_READ(sip) & bit(Interrupt::supervisor_software)) != 0;
}

void expect_ipi_to_self(uint64_t pointer)
{
    expect_equal(static_cast<uint64_t>(legacy(send_ipi_call, pointer)), 0);
    expect(eventually(software_interrupt_is_pending), "no interrupt");
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    expect(!software_interrupt_is_pending(), "is still pending");
}

void expect_fault(uint64_t extension, uint64_t pointer, Exception cause)
{
    trying("extension", extension);
    probe.begin().set(17, extension).set(10, pointer).run(encode::ecall);
    probe.expect_trap(cause, pointer);
}

}  // namespace

void scenario()
{
    if (!is_offered(send_ipi_call)) {
        say("no legacy calls");
        return;
    }
    mask_page[5] = uint64_t{1} << this_hart();
    const uint64_t at = reinterpret_cast<uintptr_t>(mask_page + 5);
    expect_ipi_to_self(at);
    for (const uint64_t call : {uint64_t{remote_fence_i}, uint64_t{remote_sfence}, uint64_t{remote_sfence_asid}}) {
        trying("fence", call);
        expect_equal(static_cast<uint64_t>(legacy(call, at, 0x8020'0000, 0x4000, 1)), 0);
        expect_equal(static_cast<uint64_t>(legacy(call, 0, 0, UINT64_MAX, 1)), 0);
        expect_fault(call, 0x4000'0000, Exception::load_access_fault);
    }
    expect_fault(send_ipi_call, 0x4000'0000, Exception::load_access_fault);
    trying("timer");
    expect_equal(static_cast<uint64_t>(legacy(set_timer_call, 0)), 0);
    expect(eventually([] { return is_pending(Interrupt::supervisor_timer); }), "no timer");
    expect_equal(static_cast<uint64_t>(legacy(set_timer_call, UINT64_MAX)), 0);
    expect(!is_pending(Interrupt::supervisor_timer), "still pending");

    turn_paging_on();
    trying("behind Sv39");
    map_page(free_pages, reinterpret_cast<uintptr_t>(mask_page), pte_r);
    expect_ipi_to_self(free_pages + 40);
    map_page(free_pages, reinterpret_cast<uintptr_t>(mask_page), pte_r | pte_u);
    expect_fault(send_ipi_call, free_pages + 40, Exception::load_page_fault);
    GUEST_CSR_SET(sstatus, Sstatus::sum.mask);
    expect_ipi_to_self(free_pages + 40);
    GUEST_CSR_CLEAR(sstatus, Sstatus::sum.mask);
    expect_fault(send_ipi_call, free_pages + 0x10'0000, Exception::load_page_fault);
    map_page(free_pages, 0x4000'0000, pte_r);
    expect_fault(send_ipi_call, free_pages + 40, Exception::load_access_fault);
    trying("clear");
    send_ipi(this_hart());
    expect(eventually(software_interrupt_is_pending), "no interrupt");
    expect_equal(static_cast<uint64_t>(legacy(clear_ipi, 0)), 1);
    expect_equal(static_cast<uint64_t>(legacy(clear_ipi, 0)), 0);
}

}  // namespace guest

// Every interrupt there is enabled, for 100 ms, with nothing that is its own to cause one.
// tries: HOSTILE 26; CHECKLIST 5, 10, 61, 82
// answer: none comes: the neighbour's timer and the hypervisor's own are not its business
// beats: 40
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {
namespace {

void unasked()
{
    expect(false, "an interrupt of somebody else's");
    GUEST_CSR_WRITE(sie, 0);
}

}  // namespace

void attack()
{
    for (const Interrupt interrupt :
         {Interrupt::supervisor_software, Interrupt::supervisor_timer, Interrupt::supervisor_external}) {
        on_interrupt(interrupt, unasked);
    }
    for (unsigned source = 1; source < 128; ++source) {
        word_at(plic_priority(source)) = 7;
        word_at(plic_enable(this_hart(), source)) = 0xffff'ffff;
    }
    word_at(plic_threshold(this_hart())) = 0;
    // [priv] sideleg is no more, and hideleg, hie and hvip are not a supervisor's.
    for (const uint32_t number : {0x103U, 0x603U, 0x604U, 0x645U}) {
        const uint32_t instruction = encode::csr(encode::CsrOp::rw, number, 0, 11);
        probe.begin().set(11, UINT64_MAX).run(instruction);
        probe.expect_trap(Exception::illegal_instruction, instruction);
    }
    GUEST_CSR_WRITE(sie, UINT64_MAX);
    enable_interrupts();
    const uint64_t end = now() + 100 * ticks_per_ms;
    while (now() < end) {
    }
    disable_interrupts();
    GUEST_CSR_WRITE(sie, 0);
    expect_equal(word_at(plic_claim(this_hart())), 0);
    expect_served();
}

}  // namespace guest

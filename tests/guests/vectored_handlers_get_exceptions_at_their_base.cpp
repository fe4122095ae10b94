// With a vectored stvec, interrupts are taken at their own entries and exceptions, injected ones too, at the base.
// CHECKLIST 6, 52.
#include "probe.hpp"

extern "C" {
extern const char vector_table[];
extern volatile uint64_t vector_taken;
extern volatile uint64_t vector_cause;
}
volatile uint64_t vector_taken = 0;
volatile uint64_t vector_cause = 0;

// Each entry notes its number and cause, and goes on behind the 4-byte instruction that trapped, or at an interrupt
// where it was, with that interrupt disabled.
asm(R"(
    .text
    .balign 256
    .globl vector_table
vector_table:
    .option push
    .option norvc
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    j       vector_entry_\n
    .endr
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
vector_entry_\n:
    addi    sp, sp, -32
    sd      t0, 0(sp)
    li      t0, \n
    j       vector_common
    .endr
vector_common:
    sd      t1, 8(sp)
    la      t1, vector_taken
    sd      t0, 0(t1)
    la      t1, vector_cause
    csrr    t0, scause
    sd      t0, 0(t1)
    bltz    t0, 1f
    csrr    t1, sepc
    addi    t1, t1, 4
    csrw    sepc, t1
    j       2f
1:  li      t1, 1
    sll     t1, t1, t0
    csrc    sie, t1
2:  ld      t0, 0(sp)
    ld      t1, 8(sp)
    addi    sp, sp, 32
    sret
    .option pop
)");

namespace guest {
namespace {

void expect_entry(uint64_t entry, uint64_t cause)
{
    expect_equal(vector_taken, entry);
    expect_equal(vector_cause, cause);
    vector_taken = 99;
}

/// What the hypervisor injects. What passes through the firmware, which OpenSBI then enters at stvec with its mode
/// bits, is broken natively too, and nothing that a hypervisor could see.
void expect_injected()
{
    uint64_t value = 7;
    asm volatile(".option push; .option norvc; ld %0, 0(%1); .option pop"
                 : "+r"(value)
                 : "r"(0x4000'0000)
                 : "memory");
    expect_entry(0, static_cast<uint64_t>(Exception::load_access_fault));
    expect_equal(value, 7);
    asm volatile(".option push; .option norvc; sd %0, 0(%1); .option pop"
                 :
                 : "r"(value), "r"(0x4000'0000)
                 : "memory");
    expect_entry(0, static_cast<uint64_t>(Exception::store_access_fault));
    // hgatp is a virtual instruction, and so the hypervisor's to inject.
    value = read_csr<Csr::hgatp>();
    expect_entry(0, static_cast<uint64_t>(Exception::illegal_instruction));
}

}  // namespace

void scenario()
{
    const uint64_t before = GUEST_CSR_READ(stvec);
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(vector_table) | 1);
    // Taken without any exit.
    asm volatile(".option push; .option norvc; ebreak; .option pop" : : : "memory");
    expect_entry(0, static_cast<uint64_t>(Exception::breakpoint));
    if (on_bulkhead()) {
        expect_injected();
    }

    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_software) | bit(Interrupt::supervisor_timer));
    sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 1, this_hart());
    vector_taken = 99;
    asm volatile("csrsi sstatus, 2; nop; nop" : : : "memory");
    expect(eventually([] { return vector_taken != 99; }), "no software interrupt");
    expect_entry(1, 1 | uint64_t{1} << 63);
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    set_timer(now());
    expect(eventually([] { return vector_taken != 99; }), "no timer interrupt");
    expect_entry(5, 5 | uint64_t{1} << 63);
    disable_interrupts();
    set_timer(UINT64_MAX);
    GUEST_CSR_WRITE(stvec, before);
}

}  // namespace guest

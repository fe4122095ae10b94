/* The way out of a guest and into it. In stvec of every hart that runs guests, in place of trap_entry.
 *
 *   guest_trap_entry -- SBI call --> handle_guest_call() -- done --> back, with 10 registers saved and restored
 *          |                               | not that easy
 *          | all else                      v
 *          +--> handle_guest_trap() --> handle_guest_exit() --> enter_guest
 *                     | done               with all 31
 *                     v
 *               back, with 16 registers
 */

#include <hv/arch/offsets.h>

/* Adds one exit to the ExitCount at `at`, with the instructions since \start, which is read from instret. Uses t0, t1. */
    .macro count_exit start, at_count, at_instructions, at_worst, worst
    csrr    t0, instret
    sub     t0, t0, \start
    ld      t1, \at_count
    addi    t1, t1, 1
    sd      t1, \at_count
    ld      t1, \at_instructions
    add     t1, t1, t0
    sd      t1, \at_instructions
    ld      t1, \at_worst
    bltu    t1, t0, \worst
    .endm

/* The record at ra is complete. */
    .macro next_record
    addi    ra, ra, HV_RECORD_SIZE
    andi    ra, ra, ~HV_RECORD_RING_SIZE
    sd      ra, HV_GUEST_NEXT_RECORD(tp)
    .endm

/* guest_trap_entry
 * In:  sscratch = this hart's HartRecord, and then every other register is the guest's; or 0, and then it is the
 *      hypervisor's own trap, with tp = the HartRecord.
 * Out: the guest goes on where the handlers let it; sscratch = 0 meanwhile.
 * gp is the guest's and stays so: nothing of ours uses it. */
    .section .text.guest_trap_entry, "ax"
    .globl guest_trap_entry
    .balign 4
guest_trap_entry:
    csrrw   tp, sscratch, tp
    beqz    tp, .Lfrom_hypervisor
    sd      t2, HV_GUEST_X(7)(tp)
    csrr    t2, instret
    sd      ra, HV_GUEST_X(1)(tp)
    sd      sp, HV_GUEST_X(2)(tp)
    sd      t0, HV_GUEST_X(5)(tp)
    sd      t1, HV_GUEST_X(6)(tp)
    sd      a2, HV_GUEST_X(12)(tp)
    sd      a3, HV_GUEST_X(13)(tp)
    sd      a4, HV_GUEST_X(14)(tp)
    sd      a5, HV_GUEST_X(15)(tp)
    sd      a6, HV_GUEST_X(16)(tp)
    sd      a7, HV_GUEST_X(17)(tp)
    csrrw   t0, sscratch, zero
    sd      t0, HV_GUEST_X(4)(tp)
    ld      sp, HV_HART_STACK_TOP(tp)

    /* The exit's record, in a ring. */
    ld      ra, HV_GUEST_NEXT_RECORD(tp)
    csrr    t0, sepc
    csrr    t1, scause
    sd      t0, HV_RECORD_PC(ra)
    sd      t1, HV_RECORD_SCAUSE(ra)
    sd      t2, HV_RECORD_INSTRET(ra)
    addi    t1, t1, -10         /* environment call from VS-mode */
    bnez    t1, .Lnot_a_call
    sd      a7, HV_RECORD_DETAIL(ra)
    next_record
    addi    t0, t0, 4
    csrw    sepc, t0
    /* handle_guest_call: a0 to a7 as the guest has them. Leaves t2 to t6 alone: see tools/cmake/target.cmake. */
    jal     handle_guest_call
    bnez    a0, .Lcall_not_done /* a0 = 0 is also what the guest gets, and a1 */
    count_exit t2, HV_GUEST_SBI_CALLS + HV_EXIT_COUNT(tp), HV_GUEST_SBI_CALLS + HV_EXIT_INSTRUCTIONS(tp), \
               HV_GUEST_SBI_CALLS + HV_EXIT_WORST(tp), .Lworst_call
.Lreturn_from_call:
    csrw    sscratch, tp
    ld      ra, HV_GUEST_X(1)(tp)
    ld      sp, HV_GUEST_X(2)(tp)
    ld      t0, HV_GUEST_X(5)(tp)
    ld      t1, HV_GUEST_X(6)(tp)
    ld      t2, HV_GUEST_X(7)(tp)
    ld      a2, HV_GUEST_X(12)(tp)
    ld      a3, HV_GUEST_X(13)(tp)
    ld      a4, HV_GUEST_X(14)(tp)
    ld      a5, HV_GUEST_X(15)(tp)
    ld      a6, HV_GUEST_X(16)(tp)
    ld      a7, HV_GUEST_X(17)(tp)
    ld      tp, HV_GUEST_X(4)(tp)
    sret
.Lworst_call:
    sd      t0, HV_GUEST_SBI_CALLS + HV_EXIT_WORST(tp)
    j       .Lreturn_from_call

/* handle_guest_call() has put a0 and a1 into the frame. */
.Lcall_not_done:
    csrr    t0, sepc
    addi    t0, t0, -4
    sd      t0, HV_GUEST_PC(tp)
    sd      t2, HV_GUEST_ENTRY_INSTRET(tp)
    sd      t3, HV_GUEST_X(28)(tp)
    sd      t4, HV_GUEST_X(29)(tp)
    sd      t5, HV_GUEST_X(30)(tp)
    sd      t6, HV_GUEST_X(31)(tp)
    j       .Lsave_the_rest

.Lnot_a_call:
    sd      t2, HV_GUEST_ENTRY_INSTRET(tp)
    sd      a0, HV_GUEST_X(10)(tp)
    sd      a1, HV_GUEST_X(11)(tp)
    sd      t3, HV_GUEST_X(28)(tp)
    sd      t4, HV_GUEST_X(29)(tp)
    sd      t5, HV_GUEST_X(30)(tp)
    sd      t6, HV_GUEST_X(31)(tp)
    csrr    a2, stval
    sd      a2, HV_RECORD_DETAIL(ra)
    next_record
    addi    a0, t1, 10          /* scause */
    mv      a1, t0              /* sepc */
    /* handle_guest_trap: gives back the ExitCount of an exit that is done, or 0. */
    jal     handle_guest_trap
    beqz    a0, .Ltrap_not_done
    ld      t2, HV_GUEST_ENTRY_INSTRET(tp)
    count_exit t2, HV_EXIT_COUNT(a0), HV_EXIT_INSTRUCTIONS(a0), HV_EXIT_WORST(a0), .Lworst_trap
.Lreturn_from_trap:
    csrw    sscratch, tp
    ld      ra, HV_GUEST_X(1)(tp)
    ld      sp, HV_GUEST_X(2)(tp)
    .irp n, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    ld      x\n, HV_GUEST_X(\n)(tp)
    .endr
    ld      tp, HV_GUEST_X(4)(tp)
    sret
.Lworst_trap:
    sd      t0, HV_EXIT_WORST(a0)
    j       .Lreturn_from_trap

.Ltrap_not_done:
    csrr    t0, sepc
    sd      t0, HV_GUEST_PC(tp)
.Lsave_the_rest:
    sd      gp, HV_GUEST_X(3)(tp)
    .irp n, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd      x\n, HV_GUEST_X(\n)(tp)
    .endr
    li      s0, 0               /* the end of a backtrace */
    call    handle_guest_exit

/* enter_guest
 * In:  tp = this hart's HartRecord, interrupts off, hstatus.SPV = 1 and sstatus.SPP as the guest's mode asks.
 * Out: the guest runs; does not return. */
    .globl enter_guest
enter_guest:
    ld      t0, HV_GUEST_PC(tp)
    csrw    sepc, t0
    csrw    sscratch, tp
    .irp n, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld      x\n, HV_GUEST_X(\n)(tp)
    .endr
    ld      tp, HV_GUEST_X(4)(tp)
    sret

.Lfrom_hypervisor:
    csrrw   tp, sscratch, zero
    j       trap_entry

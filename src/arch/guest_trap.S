/* The way out of a guest and into it. In stvec of every hart that runs guests, in place of trap_entry.
 *
 *   guest_trap_entry -- SBI call --> handle_guest_call() -- done --> back, with 10 registers saved and restored
 *          |                                 | else                                             ^
 *          | all else                        v                                                  |
 *          |                          handle_guest_exit() --> enter_guest, with all 31          |
 *          v                                 ^                                                  |
 *   handle_guest_access() -- else --> handle_guest_trap() -- done --> back, with 16             |
 *          |                                                                                    |
 *          +-- done: a device's register, the timer ------------------------ back, with 12 -----+
 *
 * handle_guest_call() and handle_guest_access() are leaves: they leave sp alone, which is still the guest's in them, and
 * t2 to t6, which Clang 14 cannot be told (its -ffixed-x7 and so on change nothing): with it they are saved as well.
 * See tools/cmake/target.cmake.
 */

#include <hv/arch/offsets.h>

#ifdef __clang__
#define HV_LEAF_SAVED 28
    .macro leaf_begin
    save    28, 29, 30, 31
    sd      t2, HV_GUEST_ENTRY_INSTRET(tp)
    .endm
    .macro leaf_done
    ld      t2, HV_GUEST_ENTRY_INSTRET(tp)
    restore 28, 29, 30, 31
    .endm
    .macro leaf_not_done
    .endm
#else
#define HV_LEAF_SAVED 32
    .macro leaf_begin
    .endm
    .macro leaf_done
    .endm
    .macro leaf_not_done
    save    28, 29, 30, 31
    sd      t2, HV_GUEST_ENTRY_INSTRET(tp)
    .endm
#endif

/* Adds one exit to an ExitCount, with the instructions since \start, which is read from instret. Uses t0 and t1. */
    .macro count_exit start, count, instructions, most, worst
    csrr    t0, instret
    sub     t0, t0, \start
    ld      t1, \count
    addi    t1, t1, 1
    sd      t1, \count
    ld      t1, \instructions
    add     t1, t1, t0
    sd      t1, \instructions
    ld      t1, \most
    bltu    t1, t0, \worst
    .endm

/* The record at ra is complete. */
    .macro next_record
    addi    ra, ra, HV_RECORD_SIZE
    andi    ra, ra, ~HV_RECORD_RING_SIZE
    sd      ra, HV_GUEST_NEXT_RECORD(tp)
    .endm

    .macro save from:vararg
    .irp n, \from
    sd      x\n, HV_GUEST_X(\n)(tp)
    .endr
    .endm

    .macro restore from:vararg
    .irp n, \from
    ld      x\n, HV_GUEST_X(\n)(tp)
    .endr
    .endm

    .section .text.guest_trap_entry, "ax"

/* guest_trap_entry
 * In:  sscratch = this hart's HartRecord, and then every other register is the guest's; or 0, and then it is the
 *      hypervisor's own trap, with tp = the HartRecord.
 * Out: the guest goes on where the handlers let it; sscratch = 0 meanwhile.
 * gp is the guest's and stays so: nothing of ours uses it. */
    .globl guest_trap_entry
    .balign 4
guest_trap_entry:
    csrrw   tp, sscratch, tp
    beqz    tp, .Lfrom_hypervisor
    save    7
    csrr    t2, instret
    save    1, 5, 6, 12, 13, 14, 15, 16, 17
    csrrw   t0, sscratch, zero
    sd      t0, HV_GUEST_X(4)(tp)

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
    leaf_begin
    jal     handle_guest_call   /* a0 to a7 as the guest has them */
    bnez    a0, .Lcall_not_done /* a0 = 0 is also what the guest gets, and a1 */
    leaf_done
    count_exit t2, HV_GUEST_SBI_CALLS + HV_EXIT_COUNT(tp), HV_GUEST_SBI_CALLS + HV_EXIT_INSTRUCTIONS(tp), \
               HV_GUEST_SBI_CALLS + HV_EXIT_WORST(tp), .Lworst_call
.Lreturn_from_call:
    csrw    sscratch, tp
    restore 1, 5, 6, 7, 12, 13, 14, 15, 16, 17, 4
    sret
.Lworst_call:
    sd      t0, HV_GUEST_SBI_CALLS + HV_EXIT_WORST(tp)
    j       .Lreturn_from_call

/* handle_guest_call() has put a0 and a1 into the frame. */
.Lcall_not_done:
    leaf_not_done
    save    2
    ld      sp, HV_HART_STACK_TOP(tp)
    csrr    t0, sepc
    addi    t0, t0, -4
    sd      t0, HV_GUEST_PC(tp)
    j       .Lsave_the_rest

.Lnot_a_call:
    csrr    t1, stval
    sd      t1, HV_RECORD_DETAIL(ra)
    next_record
    save    10, 11
    csrr    a0, scause
    mv      a1, t0              /* sepc */
    mv      a2, t1              /* stval */
    leaf_begin
    jal     handle_guest_access /* gives back the ExitCount of an exit that is done, or 0 */
    beqz    a0, .Laccess_not_done
    leaf_done
    count_exit t2, HV_EXIT_COUNT(a0), HV_EXIT_INSTRUCTIONS(a0), HV_EXIT_WORST(a0), .Lworst_access
.Lreturn_from_access:
    csrw    sscratch, tp
    restore 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 4
    sret
.Lworst_access:
    sd      t0, HV_EXIT_WORST(a0)
    j       .Lreturn_from_access

.Laccess_not_done:
    leaf_not_done
    save    2
    ld      sp, HV_HART_STACK_TOP(tp)
    csrr    a0, scause
    jal     handle_guest_trap   /* the same */
    beqz    a0, .Ltrap_not_done
    ld      t2, HV_GUEST_ENTRY_INSTRET(tp)
    count_exit t2, HV_EXIT_COUNT(a0), HV_EXIT_INSTRUCTIONS(a0), HV_EXIT_WORST(a0), .Lworst_trap
.Lreturn_from_trap:
    csrw    sscratch, tp
    restore 1, 2, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31, 4
    sret
.Lworst_trap:
    sd      t0, HV_EXIT_WORST(a0)
    j       .Lreturn_from_trap

.Ltrap_not_done:
    csrr    t0, sepc
    sd      t0, HV_GUEST_PC(tp)
.Lsave_the_rest:
    save    3, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
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
    restore 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 4
    sret

.Lfrom_hypervisor:
    csrrw   tp, sscratch, zero
    j       trap_entry

/* Jumps to entry number \index of the table at \table, of 8 bytes each. Uses t0 and t1. */
    .macro jump_into table, index
    la      t0, \table
    slli    t1, \index, 3
    add     t0, t0, t1
    jr      t0
    .endm

/* set_guest_register
 * In:  a1 = a value, a2 = the number of a register; those that guest_trap_entry has saved are in the frame, all others
 *      are the guest's still.
 * Out: it holds the value; a0 as it was. */
    .globl set_guest_register
set_guest_register:
    jump_into .Lset, a2
/* store_guest_register
 * In:  the same, but for a1.
 * Out: goes on as store_serial_data(a0, the register's value). */
    .globl store_guest_register
store_guest_register:
    jump_into .Lstore, a2

    .balign 8
    .option push
    .option norvc               /* two instructions of four bytes an entry */
    .option norelax
.Lset:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .if \n == 1 || \n == 4 || \n == 5 || \n == 6 || \n == 7 || (\n >= 10 && \n <= 17) || \n >= HV_LEAF_SAVED
    sd      a1, HV_GUEST_X(\n)(tp)
    .else
    addi    x\n, a1, 0
    .endif
    ret
    .endr
.Lstore:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .if \n == 1 || \n == 4 || \n == 5 || \n == 6 || \n == 7 || (\n >= 10 && \n <= 17) || \n >= HV_LEAF_SAVED
    ld      a1, HV_GUEST_X(\n)(tp)
    .else
    addi    a1, x\n, 0
    .endif
    j       store_serial_data
    .endr
    .option pop

/* Every trap that the hypervisor itself takes in HS-mode: save all registers, call handle_trap(), go back. */

#include <hv/arch/offsets.h>

/* trap_entry
 * In:  any state of HS-mode, with tp = this hart's HartRecord.
 * Out: handle_trap(TrapFrame*) on this hart's trap stack, which is not the stack that may have overflowed; then every
 *      register as it was, but for what the handler changed in the frame.
 * A trap inside the handler nests below all that the handler has on that stack. */
    .section .text.trap_entry, "ax"
    .globl trap_entry
    .balign 4
trap_entry:
    sd      sp, HV_HART_SCRATCH(tp)
    sd      t0, HV_HART_SCRATCH + 8(tp)
    ld      t0, HV_HART_TRAP_STACK_TOP(tp)
    bgtu    sp, t0, 1f
    ld      t0, HV_HART_TRAP_STACK_BOTTOM(tp)
    bgeu    sp, t0, 2f          /* inside a handler already: go on below what it uses */
1:  ld      sp, HV_HART_TRAP_STACK_TOP(tp)
2:  addi    sp, sp, -HV_FRAME_SIZE
    andi    sp, sp, -16
    ld      t0, HV_HART_TRAP_STACK_LIMIT(tp)
    bltu    sp, t0, .Lexhausted
    ld      t0, HV_HART_SCRATCH(tp)
    sd      t0, HV_FRAME_X(2)(sp)
    ld      t0, HV_HART_SCRATCH + 8(tp)
    sd      t0, HV_FRAME_X(5)(sp)
    sd      tp, HV_FRAME_X(4)(sp)

    sd      x1, HV_FRAME_X(1)(sp)
    sd      x3, HV_FRAME_X(3)(sp)
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd      x\n, HV_FRAME_X(\n)(sp)
    .endr
    csrr    t0, sepc
    sd      t0, HV_FRAME_SEPC(sp)
    csrr    t0, scause
    sd      t0, HV_FRAME_SCAUSE(sp)
    csrr    t0, stval
    sd      t0, HV_FRAME_STVAL(sp)
    csrr    t0, sstatus
    sd      t0, HV_FRAME_SSTATUS(sp)

    mv      a0, sp
    li      s0, 0               /* handle_trap's own backtrace ends here; the frame's goes on from the frame */
    call    handle_trap

    ld      t0, HV_FRAME_SEPC(sp)
    csrw    sepc, t0
    ld      t0, HV_FRAME_SSTATUS(sp)
    csrw    sstatus, t0
    ld      x1, HV_FRAME_X(1)(sp)
    ld      x3, HV_FRAME_X(3)(sp)
    ld      x4, HV_FRAME_X(4)(sp)
    .irp n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld      x\n, HV_FRAME_X(\n)(sp)
    .endr
    ld      x2, HV_FRAME_X(2)(sp)
    sret

/* Traps nested until the trap stack was used up: a bug in the trap path itself. Start over at the stack's top, and
 * only end the machine. */
.Lexhausted:
    ld      sp, HV_HART_TRAP_STACK_TOP(tp)
    li      s0, 0
    call    trap_stack_exhausted

/* The first instructions of a test guest, on its boot hart and on those that it starts, and its trap entry. */

/* save_registers base
 * Stores x1 to x31 at \base, which is a register: x[n] at 8 n. */
    .macro save_registers base
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, 8*\n(\base)
    .endr
    .endm

/* _start
 * In:  a0 = hart id, a1 = device tree, VS-mode, satp = 0, interrupts off.
 * Out: guest_main(a0, a1); first_registers holds x1 to x31 as they were, so that a scenario can look at them. */
    .section .text.start, "ax"
    .globl _start
_start:
    csrw    sscratch, t0
    la      t0, first_registers
    save_registers t0
    csrr    t1, sscratch
    sd      t1, 8*5(t0)
    csrw    sscratch, zero
    la      t0, trap_entry
    csrw    stvec, t0
    la      t0, __bss
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       1b
2:  la      sp, __stack_top
    mv      tp, a0
    li      s0, 0
    call    guest_main
3:  wfi
    j       3b

/* start_hart
 * In:  a0 = hart id, a1 = a HartStart: room for x1 to x31, then the stack's top. As a hart starts or resumes.
 * Out: guest_hart_main(a0, a1). */
    .globl start_hart
    .balign 4
start_hart:
    save_registers a1
    la      t0, trap_entry
    csrw    stvec, t0
    ld      sp, 256(a1)
    mv      tp, a0
    li      s0, 0
    call    guest_hart_main
4:  wfi
    j       4b

/* trap_entry
 * In:  any trap but those of run_until_trap. tp = hart id.
 * Out: guest_trap(); then back. */
    .text
    .globl trap_entry
    .balign 4
trap_entry:
    addi    sp, sp, -128
    .irp n, 5,6,7
    sd      x\n, 8*(\n-5)(sp)
    .endr
    .irp n, 10,11,12,13,14,15,16,17
    sd      x\n, 8*(\n-7)(sp)
    .endr
    .irp n, 28,29,30,31
    sd      x\n, 8*(\n-17)(sp)
    .endr
    sd      ra, 120(sp)
    call    guest_trap
    .irp n, 5,6,7
    ld      x\n, 8*(\n-5)(sp)
    .endr
    .irp n, 10,11,12,13,14,15,16,17
    ld      x\n, 8*(\n-7)(sp)
    .endr
    .irp n, 28,29,30,31
    ld      x\n, 8*(\n-17)(sp)
    .endr
    ld      ra, 120(sp)
    addi    sp, sp, 128
    sret

    .section .data, "aw"
    .globl first_registers
    .balign 8
first_registers:
    .skip   256

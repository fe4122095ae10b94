/* The built-in guest's first instructions. */

/* _start
 * In:  a0 = hart id, a1 = device tree, VS-mode, satp = 0, interrupts off, as any RISC-V supervisor starts.
 * Out: guest_main(a0, a1) with BSS zero and a stack; stvec = trap_entry. */
    .section .text.start, "ax"
    .globl _start
_start:
    la      t0, trap_entry
    csrw    stvec, t0
    la      t0, __bss
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       1b
2:  la      sp, __stack_top
    li      s0, 0
    call    guest_main
3:  wfi
    j       3b

/* trap_entry
 * In:  any trap of the guest's own.
 * Out: guest_trap() with the registers that a C++ function may change saved; then back. */
    .balign 4
trap_entry:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    sd      x5, 8(sp)
    sd      x6, 16(sp)
    sd      x7, 24(sp)
    sd      x10, 32(sp)
    sd      x11, 40(sp)
    sd      x12, 48(sp)
    sd      x13, 56(sp)
    sd      x14, 64(sp)
    sd      x15, 72(sp)
    sd      x16, 80(sp)
    sd      x17, 88(sp)
    sd      x28, 96(sp)
    sd      x29, 104(sp)
    sd      x30, 112(sp)
    sd      x31, 120(sp)
    call    guest_trap
    ld      x5, 8(sp)
    ld      x6, 16(sp)
    ld      x7, 24(sp)
    ld      x10, 32(sp)
    ld      x11, 40(sp)
    ld      x12, 48(sp)
    ld      x13, 56(sp)
    ld      x14, 64(sp)
    ld      x15, 72(sp)
    ld      x16, 80(sp)
    ld      x17, 88(sp)
    ld      x28, 96(sp)
    ld      x29, 104(sp)
    ld      x30, 112(sp)
    ld      x31, 120(sp)
    ld      ra, 0(sp)
    addi    sp, sp, 128
    sret

/* Runs code with registers of the caller's choice, in VS- or VU-mode, up to its first trap. */

#define STATE_PC 256
#define STATE_SSTATUS 264
#define STATE_SCAUSE 272
#define STATE_SEPC 280
#define STATE_STVAL 288
#define STATE_HOST 296

/* run_until_trap
 * In:  a0 = a MachineState (probe.hpp): x1 to x31, pc and sstatus are what the code begins with.
 * Out: the same after its first trap, with the trap's CSRs. stvec and sscratch as before. */
    .text
    .globl run_until_trap
    .balign 4
run_until_trap:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    sd      s0, 8(sp)
    sd      s1, 16(sp)
    sd      s2, 24(sp)
    sd      s3, 32(sp)
    sd      s4, 40(sp)
    sd      s5, 48(sp)
    sd      s6, 56(sp)
    sd      s7, 64(sp)
    sd      s8, 72(sp)
    sd      s9, 80(sp)
    sd      s10, 88(sp)
    sd      s11, 96(sp)
    sd      gp, 104(sp)
    sd      tp, 112(sp)
    csrr    t0, stvec
    sd      t0, 120(sp)
    sd      sp, STATE_HOST(a0)
    la      t0, probe_trap
    csrw    stvec, t0
    csrw    sscratch, a0
    ld      t0, STATE_PC(a0)
    csrw    sepc, t0
    ld      t0, STATE_SSTATUS(a0)
    csrw    sstatus, t0
    .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, 8*\n(a0)
    .endr
    ld      a0, 80(a0)
    sret

    .balign 4
probe_trap:
    csrrw   a0, sscratch, a0
    .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, 8*\n(a0)
    .endr
    csrrw   t0, sscratch, zero
    sd      t0, 80(a0)
    csrr    t0, sstatus
    sd      t0, STATE_SSTATUS(a0)
    csrr    t0, scause
    sd      t0, STATE_SCAUSE(a0)
    csrr    t0, sepc
    sd      t0, STATE_SEPC(a0)
    csrr    t0, stval
    sd      t0, STATE_STVAL(a0)
    ld      sp, STATE_HOST(a0)
    ld      t0, 120(sp)
    csrw    stvec, t0
    ld      ra, 0(sp)
    ld      s0, 8(sp)
    ld      s1, 16(sp)
    ld      s2, 24(sp)
    ld      s3, 32(sp)
    ld      s4, 40(sp)
    ld      s5, 48(sp)
    ld      s6, 56(sp)
    ld      s7, 64(sp)
    ld      s8, 72(sp)
    ld      s9, 80(sp)
    ld      s10, 88(sp)
    ld      s11, 96(sp)
    ld      gp, 104(sp)
    ld      tp, 112(sp)
    addi    sp, sp, 128
    ret

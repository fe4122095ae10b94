/* Runs random code on a hart up to its first trap, and finds back whatever that code has done to the hart. */

#define STATE_SIZE 384
#define STATE_PC 256
#define STATE_SSTATUS 264
#define STATE_SCAUSE 272
#define STATE_SEPC 280
#define STATE_STVAL 288
#define STATE_HOST 296
#define STATE_SATP 304

/* random_run
 * In:  a0 = a HartState (random.cpp): x1 to x31, pc, sstatus and satp are what the code begins with. satp = 0, and
 *      the address space of STATE_SATP has this code where it is.
 * Out: the same after the first trap, with the trap's CSRs; satp = 0. */
    .text
    .globl random_run
    .balign 4
random_run:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    .irp n, 8,9
    sd      x\n, 8*(\n-7)(sp)
    .endr
    .irp n, 18,19,20,21,22,23,24,25,26,27
    sd      x\n, 8*(\n-15)(sp)
    .endr
    sd      gp, 104(sp)
    sd      tp, 112(sp)
    sd      sp, STATE_HOST(a0)
    ld      t0, STATE_PC(a0)
    csrw    sepc, t0
    ld      t0, STATE_SSTATUS(a0)
    csrw    sstatus, t0
    ld      t0, STATE_SATP(a0)
    csrw    satp, t0
    sfence.vma
    fence.i
    .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, 8*\n(a0)
    .endr
    ld      a0, 80(a0)
    sret

/* random_trap hart
 * A trap of the code on that hart: no register and no CSR that the code can write is trusted. */
    .macro random_trap hart
    .globl random_trap_\hart
    .balign 4
random_trap_\hart:
    csrw    sscratch, t0
    csrw    satp, zero
    sfence.vma
    la      t0, random_states + \hart * STATE_SIZE
    .irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, 8*\n(t0)
    .endr
    j       random_back
    .endm
    random_trap 0
    random_trap 1

random_back:
    csrr    t1, sscratch
    sd      t1, 40(t0)
    csrr    t1, sstatus
    sd      t1, STATE_SSTATUS(t0)
    csrr    t1, scause
    sd      t1, STATE_SCAUSE(t0)
    csrr    t1, sepc
    sd      t1, STATE_SEPC(t0)
    csrr    t1, stval
    sd      t1, STATE_STVAL(t0)
    ld      sp, STATE_HOST(t0)
    ld      ra, 0(sp)
    .irp n, 8,9
    ld      x\n, 8*(\n-7)(sp)
    .endr
    .irp n, 18,19,20,21,22,23,24,25,26,27
    ld      x\n, 8*(\n-15)(sp)
    .endr
    ld      gp, 104(sp)
    ld      tp, 112(sp)
    addi    sp, sp, 128
    ret

/* random_start
 * In:  a0 = hart id, 0 or 1: as a hart starts or resumes, whatever a1 is.
 * Out: random_main(a0) on the hart's own stack. */
    .globl random_start
    .balign 4
random_start:
    andi    a0, a0, 1
    mv      tp, a0
    la      sp, random_stacks
    addi    t0, a0, 1
    slli    t0, t0, 14
    add     sp, sp, t0
    li      s0, 0
    call    random_main

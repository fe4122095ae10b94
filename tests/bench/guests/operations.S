/* The guest's side of each operation that is measured: the loops and the interrupt handlers. What they cost
 * themselves is part of every figure; the comments say how much that is. Counted by instret. */

/* bench_calls
 * In:  a0 = how many, a1 = extension, a2 = function, a3, a4 = the call's a0 and a1.
 * Out: a0 = the instructions. 10 of a turn are the guest's: the arguments set, the call, the loop. */
    .text
    .globl bench_calls
bench_calls:
    mv      t0, a0
    mv      t1, a1
    mv      t2, a2
    mv      t3, a3
    mv      t4, a4
    csrr    t5, instret
1:  mv      a0, t3
    mv      a1, t4
    li      a2, 0
    li      a3, 0
    li      a4, 0
    mv      a6, t2
    mv      a7, t1
    ecall
    addi    t0, t0, -1
    bnez    t0, 1b
    csrr    t6, instret
    sub     a0, t6, t5
    ret

/* bench_ipis_to_self
 * In:  a0 = how many, a1 = this hart's bit, a2 = a word that is 0; software interrupts, enabled, go to count_ipi.
 * Out: a0 = the instructions. 12 of a turn are the loop's, 44 count_ipi's. */
    .globl bench_ipis_to_self
bench_ipis_to_self:
    mv      t0, a0
    mv      t1, a1
    li      t2, 0
    li      t3, 0x735049         /* the extension: IPI */
    mv      t4, a2
    csrw    sscratch, a2
    csrr    t5, instret
1:  mv      a0, t1
    li      a1, 0
    li      a2, 0
    li      a3, 0
    li      a4, 0
    li      a6, 0
    mv      a7, t3
    ecall
    addi    t2, t2, 1
2:  ld      t6, 0(t4)            /* until as many have been handled as were sent */
    bne     t6, t2, 2b
    bne     t2, t0, 1b
    csrr    t6, instret
    sub     a0, t6, t5
    ret

/* count_ipi
 * In:  a software interrupt; sscratch = the word to count in.
 * Out: all registers as they were. It saves what a handler in C++ may change, as other kernels do. */
    .globl count_ipi
    .balign 4
count_ipi:
    addi    sp, sp, -256
    .irp n, 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    sd      x\n, 8*\n(sp)
    .endr
    csrr    a0, scause
    slli    a0, a0, 1
    addi    a0, a0, -2           /* supervisor software interrupt */
    bnez    a0, .Lunexpected
    csrci   sip, 2
    csrr    a1, sscratch
    ld      a0, 0(a1)
    addi    a0, a0, 1
    sd      a0, 0(a1)
    .irp n, 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    ld      x\n, 8*\n(sp)
    .endr
    addi    sp, sp, 256
    sret

.Lunexpected:
    call    unexpected_trap

/* wait_for_tick
 * In:  a0 = how many turns of 3 instructions to wait beyond it.
 * Out: a0 = time, at the first of its instructions. */
    .globl wait_for_tick
wait_for_tick:
    csrr    t0, time
1:  csrr    t1, time
    beq     t1, t0, 1b
    beqz    a0, 3f
2:  nop
    addi    a0, a0, -1
    bnez    a0, 2b
3:  mv      a0, t1
    ret

/* wait_for_timer
 * In:  timer interrupts go to note_timer, and are enabled.
 * Out: a0 = what instret was at the handler's first instruction. */
    .globl wait_for_timer
wait_for_timer:
    li      a0, 0
1:  beqz    a0, 1b
    ret

/* note_timer
 * In:  a timer interrupt in wait_for_timer.
 * Out: sie = 0. */
    .globl note_timer
    .balign 4
note_timer:
    csrr    a0, instret
    csrw    sie, zero
    sret

/* bench_loads_32, bench_loads_8, bench_stores_8
 * In:  a0 = how many, a1 = a device's register, a2 = the byte to store.
 * Out: a0 = the instructions. 3 of a turn are the guest's. */
    .macro device_loop name, instruction, register
    .globl \name
\name:
    mv      t0, \register
    mv      \register, a2
    csrr    t5, instret
1:  \instruction \register, 0(a1)
    addi    a0, a0, -1
    bnez    a0, 1b
    csrr    t6, instret
    mv      \register, t0
    sub     a0, t6, t5
    ret
    .endm
    device_loop bench_loads_32, lw, a5
    device_loop bench_loads_8, lbu, a5
    device_loop bench_stores_8, sb, a5
    device_loop bench_loads_8_to_s1, lbu, s1

/* bench_first_touches
 * In:  a0 = how many, a1 = the first page.
 * Out: a0 = the instructions. */
    .globl bench_first_touches
bench_first_touches:
    li      t0, 4096
    slli    t1, a0, 12
    add     t1, t1, a1
    csrr    t5, instret
1:  sd      a1, 0(a1)
    add     a1, a1, t0
    bne     a1, t1, 1b
    csrr    t6, instret
    sub     a0, t6, t5
    ret

/* take_time
 * Out: a0 = time, a1 = what instret is at that very instruction. */
    .globl take_time
take_time:
    csrr    a1, instret
    csrr    a0, time
    addi    a1, a1, 1
    ret

/* sleep_until_noted
 * In:  interrupts of one kind go to note_wake, and are enabled; none is pending for a while yet.
 * Out: a0 = what instret was at the handler's first instruction; sie = 0. */
    .globl sleep_until_noted
sleep_until_noted:
    li      a0, 0
1:  wfi
    beqz    a0, 1b
    ret

/* note_wake
 * In:  an interrupt in sleep_until_noted. */
    .globl note_wake
    .balign 4
note_wake:
    csrr    a0, instret
    csrw    sie, zero
    sret

/* ring_and_sleep
 * In:  a0 = a doorbell, a1 = the member to ring; an interrupt that is to come later is enabled in sie, and SIE = 0.
 * Out: a0 = what instret was one instruction before the store. */
    .globl ring_and_sleep
ring_and_sleep:
    csrr    a2, instret
    sw      a1, 0(a0)
    mv      a0, a2
    wfi
    ret

/* ipi_and_sleep
 * In:  a0 = the bits of harts, as for ring_and_sleep.
 * Out: a0 = what instret was before the call's arguments were set, which takes 4 instructions. */
    .globl ipi_and_sleep
ipi_and_sleep:
    csrr    t5, instret
    li      a1, 0
    li      a6, 0
    li      a7, 0x735049
    ecall
    mv      a0, t5
    wfi
    ret

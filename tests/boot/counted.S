# A guest that leaves to the hypervisor a known number of times for each cause: 100 SBI calls, 60 loads from a device and
# 20 from nothing, 50 stores to a device and 7 to nothing, 30 fetches from nothing, 40 instructions of a hypervisor.
# Then it shuts down.

    .equ UART, 0x10000000
    .equ NOTHING, 0x20000000

    .option norvc
    .section .text
    .globl _start
_start:
    la      t0, trap
    csrw    stvec, t0
    li      s0, UART
    li      s1, NOTHING

    .macro repeat count
    li      s2, \count
1:
    .endm
    .macro until_done
    addi    s2, s2, -1
    bnez    s2, 1b
    .endm

    repeat  100
    li      a7, 0x10           # BASE
    li      a6, 0              # get_spec_version
    ecall
    until_done
    repeat  60
    lbu     a0, 5(s0)
    until_done
    repeat  20
    lw      a0, 0(s1)
    until_done
    repeat  50
    sb      zero, 7(s0)
    until_done
    repeat  7
    sw      zero, 0(s1)
    until_done
    repeat  30
    jalr    ra, s1
    until_done
    repeat  40
    csrr    a0, hstatus
    until_done

    li      a7, 0x53525354     # SRST
    li      a6, 0
    li      a0, 0
    li      a1, 0
    ecall

# Goes on behind the instruction, or behind the call of one that is not there.
    .balign 4
trap:
    csrr    t0, scause
    addi    t0, t0, -1
    csrr    t1, sepc
    addi    t1, t1, 4
    bnez    t0, 2f
    mv      t1, ra
2:  csrw    sepc, t1
    sret

# A guest that leaves to the hypervisor a known number of times for each cause. Its hart 0 makes 121 SBI calls, 60 loads
# from a device and 20 from nothing, 50 stores to a device and 7 to nothing, 30 fetches from nothing, 40 instructions
# of a hypervisor. 20 of the calls set the timer, which comes due each time before the next one. Where there is a
# hart 1, it is sent 26 interrupts and sends 27, one call each, and makes 33 calls and 15 loads of its own. Then the
# guest shuts down.

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

# The next interrupt is sent when the one before has been answered, so that no two can be one.
    .macro send_interrupt_to hart
    li      a7, 0x735049       # IPI
    li      a6, 0              # send_ipi
    li      a0, 1 << \hart
    li      a1, 0
    ecall
    .endm
    .macro take_interrupt
2:  wfi
    csrr    a0, sip
    andi    a0, a0, 1 << 1     # SSIP
    beqz    a0, 2b
    csrci   sip, 1 << 1
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

    repeat  20
    csrr    a0, time
    addi    a0, a0, 1000       # 0.1 ms
    addi    s3, a0, 1000       # it has come by then
    li      a7, 0x54494d45     # TIME
    li      a6, 0              # set_timer
    ecall
2:  csrr    a0, time
    bltu    a0, s3, 2b
    until_done

    li      a7, 0x48534d       # HSM
    li      a6, 0              # hart_start
    li      a0, 1
    la      a1, second
    ecall
    bnez    a0, end
    csrsi   sie, 1 << 1        # to wake it; taken as a trap it is not, as sstatus.SIE is clear
    take_interrupt             # it runs: what is sent to a hart that starts may be lost
    repeat  26
    send_interrupt_to 1
    take_interrupt
    until_done

end:
    li      a7, 0x53525354     # SRST
    li      a6, 0
    li      a0, 0
    li      a1, 0
    ecall

# Hart 1.
second:
    li      s0, UART
    csrsi   sie, 1 << 1
    send_interrupt_to 0
    repeat  25
    take_interrupt
    send_interrupt_to 0
    until_done
    repeat  33
    li      a7, 0x10
    li      a6, 0
    ecall
    until_done
    repeat  15
    lbu     a0, 5(s0)
    until_done
    take_interrupt
    send_interrupt_to 0
2:  wfi
    j       2b

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

# Stands between the firmware and the hypervisor, in -kernel's place, for tests of what the firmware hands over. A
# loader device has put the hypervisor at 0x80200000; this has it entered
#   on hart HART, where that symbol is defined, whichever hart the firmware chose: by SBI HSM, with that one stopped
#   with a1 = TREE, where that symbol is defined; otherwise with the firmware's device tree
# QEMU has the firmware enter it at its lowest address. No stack.
#
# OpenSBI 1.1 sometimes sends a hart that HSM has started here instead, with a1 as at the cold boot. So one hart comes
# from the firmware; what comes behind it was sent to other_hart, if it is HART, or else by the hypervisor.

    .equ HYPERVISOR, 0x80200000
    .equ HSM, 0x48534d         # [sbi] the Hart State Management extension
    .equ HART_START, 0
    .equ HART_STOP, 1
    .equ HART_GET_STATUS, 2
    .equ STOPPED, 1

    .section .text
    .globl _start
_start:
    .ifdef TREE
    li      a1, TREE
    .endif
    .ifdef HART
    la      t1, lottery
    li      t2, 1
    amoswap.w.aqrl t1, t2, (t1)
    li      t0, HART
    bnez    t1, astray
    bne     a0, t0, hand_over
    .endif
enter:
    fence.i
    li      t0, HYPERVISOR
    jr      t0

    .ifdef HART
astray:
    bne     a0, t0, enter
    j       other_hart

hand_over:
    la      t1, firmware_hart
    sd      a0, 0(t1)
    fence   rw, rw
    mv      a2, a1             # what the other hart finds in a1
    li      a0, HART
    la      a1, other_hart
    li      a7, HSM
    li      a6, HART_START
    ecall
    bnez    a0, .
    li      a6, HART_STOP
    ecall
    j       .

# In: a0 = HART, a1 = the device tree. Waits until the firmware's hart has stopped, so that it can be started again.
other_hart:
    mv      s0, a0
    mv      s1, a1
    fence   rw, rw
1:  la      t0, firmware_hart
    ld      a0, 0(t0)
    li      a7, HSM
    li      a6, HART_GET_STATUS
    ecall
    li      t0, STOPPED
    bnez    a0, 1b
    bne     a1, t0, 1b
    mv      a0, s0
    mv      a1, s1
    j       enter

    .balign 8
firmware_hart:
    .dword  0
lottery:
    .word   0                  # 1 once a hart has come from the firmware
    .endif

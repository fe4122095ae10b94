# A machine that does what it is told over its serial line, for the tests of run.sh: it has no other use.
#
# It prints `ready`, and then answers each byte that it receives with a line: `got 03`. Some bytes do more:
#   f  writes for ever            l  loops for ever, in silence
#   p  `panic:`, and status 0     c  `cannot boot:`, and status 0
#   q  ends with status 0         7  ends with status 7
# Linked anywhere: QEMU's OpenSBI enters it at 0x80200000, in S-mode. No stack, no memory of its own.

    .equ UART, 0x10000000      # 16550: data at 0, line status at 5 (bit 0: received, bit 5: may send)
    .equ FINISHER, 0x100000    # SiFive test finisher: 0x5555 ends with 0, 0x3333 + (n << 16) with n

    .section .text
    .globl _start
_start:
    li      s0, UART
    la      a0, ready
    jal     print

next:
    lbu     t0, 5(s0)
    andi    t0, t0, 1
    beqz    t0, next
    lbu     s1, 0(s0)
    la      a0, got
    jal     print
    srli    a0, s1, 4
    jal     print_digit
    andi    a0, s1, 15
    jal     print_digit
    la      a0, line_end
    jal     print
    li      t0, 'f'
    beq     s1, t0, flood
    li      t0, 'l'
    beq     s1, t0, loop
    li      t0, 'p'
    la      a0, panic
    beq     s1, t0, say_and_end
    li      t0, 'c'
    la      a0, refusal
    beq     s1, t0, say_and_end
    li      t0, 'q'
    beq     s1, t0, end
    li      t0, '7'
    li      t1, 0x73333
    beq     s1, t0, finish
    j       next

flood:
    la      a0, again
    jal     print
    j       flood
loop:
    j       loop
say_and_end:
    jal     print
end:
    li      t1, 0x5555
finish:
    li      t0, FINISHER
    sw      t1, 0(t0)
    j       loop

# Prints the string at a0, which ends with a zero byte. Changes t0, t1.
print:
    lbu     t1, 0(a0)
    beqz    t1, 2f
1:  lbu     t0, 5(s0)
    andi    t0, t0, 0x20
    beqz    t0, 1b
    sb      t1, 0(s0)
    addi    a0, a0, 1
    j       print
2:  ret

# Prints a0, 0 to 15, as a hexadecimal digit. Changes t0, t1.
print_digit:
    la      t1, digits
    add     t1, t1, a0
    lbu     t1, 0(t1)
1:  lbu     t0, 5(s0)
    andi    t0, t0, 0x20
    beqz    t0, 1b
    sb      t1, 0(s0)
    ret

    .section .rodata
ready:      .string "ready\n"
got:        .string "got "
line_end:   .string "\n"
again:      .string "and again, for ever\n"
panic:      .string "panic: as a test\n"
refusal:    .string "cannot boot: as a test\n"
digits:     .string "0123456789abcdef"

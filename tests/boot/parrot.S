# A guest that does what it is told over its serial line, for the tests of the console: it has no other use.
#
# It prints `ready`, and then answers each byte that it receives with a line: `got 61`. Some bytes do more:
#   f  writes for ever, until the next byte     b  a line every 20 ms, until the next byte
#   w  a line that has no end yet               e  what terminals obey, and bytes that are no text
#   L  a line of 500 letters                    i  loops with everything masked, and reads no more
#   q  shuts down                               x  asks for a reset because it has failed
#   d  `from DBCN`, by that call                p  `from putchar`, by that one
# Linked for where guests start, in VS-mode. No stack.

    .equ UART, 0x10000000      # 16550: data at 0, line status at 5 (bit 0: received, bit 5: may send)
    .equ SRST, 0x53525354
    .equ DBCN, 0x4442434e
    .equ BEAT, 200000          # ticks

/* Is that the byte in s1? */
    .macro on byte, target
    li      t0, \byte
    beq     s1, t0, \target
    .endm

    .section .text
    .globl _start
_start:
    li      s0, UART
    li      t0, 1              # FIFOs on: keys may come faster than they are read
    sb      t0, 2(s0)
    la      a0, ready
    jal     print

next:
    lbu     t0, 5(s0)
    andi    t0, t0, 1
    beqz    t0, next
answer:
    lbu     s1, 0(s0)
    la      a0, got
    jal     print
    srli    a0, s1, 4
    jal     print_digit
    andi    a0, s1, 15
    jal     print_digit
    la      a0, line_end
    jal     print
    on      'f', do_f
    on      'b', do_b
    on      'w', do_w
    on      'e', do_e
    on      'L', do_L
    on      'i', do_i
    on      'q', do_q
    on      'x', do_x
    on      'd', do_d
    on      'p', do_p
    j       next

do_f:
    la      a0, again
    jal     print
    lbu     t0, 5(s0)
    andi    t0, t0, 1
    beqz    t0, do_f
    j       answer
do_b:
    la      a0, beat
    jal     print
    csrr    s2, time
    li      t0, BEAT
    add     s2, s2, t0
1:  lbu     t0, 5(s0)
    andi    t0, t0, 1
    bnez    t0, answer
    csrr    t0, time
    bltu    t0, s2, 1b
    j       do_b
do_w:
    la      a0, no_end
    jal     print
    j       next
do_e:
    la      s2, obeyed
    la      s3, obeyed_end
1:  lbu     t1, 0(s2)
    jal     put
    addi    s2, s2, 1
    bltu    s2, s3, 1b
    j       next
do_L:
    li      s2, 500
1:  li      t1, 'a'
    jal     put
    addi    s2, s2, -1
    bnez    s2, 1b
    la      a0, line_end
    jal     print
    j       next
do_i:
    csrw    sie, zero
1:  j       1b
do_q:
    li      a0, 0
    li      a1, 0
    j       reset
do_x:
    li      a0, 0
    li      a1, 1
reset:
    li      a7, SRST
    li      a6, 0
    ecall
    j       next
do_d:
    li      a0, 10
    la      a1, from_dbcn
    li      a2, 0
    li      a6, 0
    li      a7, DBCN
    ecall
    j       next
do_p:
    la      s2, from_putchar
1:  lbu     a0, 0(s2)
    beqz    a0, next
    li      a7, 1
    ecall
    addi    s2, s2, 1
    j       1b

# Prints the string at a0, which ends with a zero byte. Changes t0, t1, t2.
print:
    mv      t2, ra
1:  lbu     t1, 0(a0)
    beqz    t1, 2f
    jal     put
    addi    a0, a0, 1
    j       1b
2:  jr      t2

# Prints a0, 0 to 15, as a hexadecimal digit. Changes t0, t1.
print_digit:
    la      t1, digits
    add     t1, t1, a0
    lbu     t1, 0(t1)
# Prints t1. Changes t0.
put:
    lbu     t0, 5(s0)
    andi    t0, t0, 0x20
    beqz    t0, put
    sb      t1, 0(s0)
    ret

    .section .rodata
ready:        .string "ready\n"
got:          .string "got "
line_end:     .string "\n"
again:        .string "and again, for ever\n"
beat:         .string "beat\n"
no_end:       .string "no end"
from_dbcn:    .ascii  "from DBCN\n"
from_putchar: .string "from putchar\n"
obeyed:       .ascii  "\033[2J\033]0;mine\007\000red\233\b\r!\n"
obeyed_end:
digits:       .string "0123456789abcdef"

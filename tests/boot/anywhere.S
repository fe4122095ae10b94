# A guest that runs wherever it is put: says where that is, where its device tree lies, and how that begins.
#
#   at 0000000086200000, tree 0000000086600000 d00dfeed
#
# It writes one line by legacy SBI calls, as its own addresses are nobody else's, and then shuts down.

    .section .text
    .globl _start
_start:
    auipc   s0, 0
    mv      s1, a1
    lla     s2, at
    jal     print
    mv      s3, s0
    li      s4, 60
    jal     print_hex
    lla     s2, tree
    jal     print
    mv      s3, s1
    li      s4, 60
    jal     print_hex
    lla     s2, blank
    jal     print
    # Big-endian: the first byte is the highest.
    lbu     s3, 0(s1)
    .irp    place, 1, 2, 3
    slli    s3, s3, 8
    lbu     t0, \place(s1)
    or      s3, s3, t0
    .endr
    li      s4, 28
    jal     print_hex
    lla     s2, line_end
    jal     print
    li      a7, 0x53525354      # SRST
    li      a6, 0
    li      a0, 0               # shutdown
    li      a1, 0               # no reason
    ecall

# s2: text up to its NUL.
print:
    lbu     a0, 0(s2)
    beqz    a0, 1f
    li      a7, 1
    ecall
    addi    s2, s2, 1
    j       print
1:  ret

# s3: a number; s4: the first digit's place, in bits.
print_hex:
    srl     a0, s3, s4
    andi    a0, a0, 15
    addi    a0, a0, '0'
    li      t0, '9'
    bleu    a0, t0, 1f
    addi    a0, a0, 'a' - '9' - 1
1:  li      a7, 1
    ecall
    addi    s4, s4, -4
    bgez    s4, print_hex
    ret

    .section .rodata
at:         .asciz "at "
tree:       .asciz ", tree "
blank:      .asciz " "
line_end:   .asciz "\n"
